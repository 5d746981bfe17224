#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>

#include "connectors/websocket/frames/buffered_transport.h"

using namespace laminar;

namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;

/// A transport that expects frames, and the socket of its peer.
struct Pair {
    Pair() : acceptor(context, {net::ip::address_v4::loopback(), 0}), peer(context) {
        peer.connect(acceptor.local_endpoint());
        transport = std::make_shared<BufferedTransport>(acceptor.accept(), nullptr);
        transport->expect_frames();
    }

    /// Sends bytes, and waits until all of them are in the receive buffer.
    void receive(const std::string& bytes) {
        net::write(peer, net::buffer(bytes));
        const std::uint64_t goal = transport->received_bytes() + bytes.size();
        while (transport->received_bytes() < goal) (void)transport->receive_at_once();
    }

    net::io_context context;
    tcp::acceptor acceptor;
    tcp::socket peer;
    std::shared_ptr<BufferedTransport> transport;
};

std::string text_frame(const std::string& payload) {
    return std::string("\x81") + static_cast<char>(payload.size()) + payload;
}

std::string text_of(const std::optional<BufferedTransport::BufferedMessage>& message) {
    return message ? std::string(message->payload, message->size) : "none";
}

constexpr std::size_t limit = 1000;

}  // namespace

TEST_CASE("a message that was taken stays in its place, whatever is received before it is released") {
    Pair pair;
    pair.receive(text_frame("first") + text_frame("second"));
    const auto first = pair.transport->take_message(limit, false);
    REQUIRE(text_of(first) == "first");
    pair.receive(text_frame("third"));
    CHECK(text_of(first) == "first");
    for (int count = 0; count < 200; ++count) pair.receive(text_frame(std::string(100, 'x')));
    CHECK(text_of(first) == "first");
    pair.transport->release_message();
    CHECK(text_of(pair.transport->take_message(limit, false)) == "second");
    pair.transport->release_message();
    CHECK(text_of(pair.transport->take_message(limit, false)) == "third");
}

TEST_CASE("a message that was taken stays in its place when it was the last, and nothing more has come") {
    Pair pair;
    pair.receive(text_frame("only"));
    const auto message = pair.transport->take_message(limit, false);
    CHECK_FALSE(pair.transport->receive_at_once());
    CHECK(text_of(message) == "only");
    pair.receive(text_frame("next"));
    CHECK(text_of(message) == "only");
    pair.transport->release_message();
    CHECK(text_of(pair.transport->take_message(limit, false)) == "next");
}

TEST_CASE("a message that is not as it should be is left as it came") {
    Pair pair;
    const std::string mask = "\x01\x7f\x80\xff";
    std::string masked = "\x81\x85" + mask;
    const std::string payload = "ok\xff!!";  // Not UTF-8.
    for (std::size_t at = 0; at < payload.size(); ++at) masked += static_cast<char>(payload[at] ^ mask[at % 4]);
    pair.receive(masked);
    CHECK_FALSE(pair.transport->take_message(limit, true));
    CHECK_FALSE(pair.transport->take_message(limit, false));  // Nor without a mask.
    const net::const_buffer left = pair.transport->presentable();
    CHECK(std::string(static_cast<const char*>(left.data()), left.size()) == masked);

    Pair other;
    other.receive(text_frame(std::string(100, 'x')));
    CHECK_FALSE(other.transport->take_message(99, false));
    CHECK_FALSE(other.transport->take_message(100, true));
    CHECK(other.transport->take_message(100, false));
}

TEST_CASE("a masked message is unmasked, whatever its size") {
    const std::string mask = "\x01\x7f\x80\xff";
    for (std::size_t size = 0; size < 40; ++size) {
        Pair pair;
        std::string payload;
        for (std::size_t at = 0; at < size; ++at) payload += static_cast<char>(at * 7);
        std::string frame = std::string("\x82") + static_cast<char>(0x80 + size) + mask;
        for (std::size_t at = 0; at < size; ++at) frame += static_cast<char>(payload[at] ^ mask[at % 4]);
        pair.receive(frame);
        const auto message = pair.transport->take_message(limit, true);
        REQUIRE(message);
        CHECK(message->is_binary);
        CHECK(text_of(message) == payload);
    }
}
