// Work on fixed input whose instructions are counted. Usage: instruction_work decode|frames ROUNDS, each of 250
// messages
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "bench/decode_work.h"
#include "bench/event_message.h"
#include "connectors/websocket/message_stream.h"

namespace {

using namespace laminar::bench;
namespace net = boost::asio;
using net::ip::tcp;

/// Messages that are made once and used again and again, so that making them does not count; about as many as lie in a
/// receive buffer under load.
constexpr std::size_t round = 250;

void decode(std::size_t rounds) {
    const std::vector<std::string> messages = event_messages(round);
    DecodeWork work(event_columns());
    for (std::size_t count = 0; count < rounds; ++count) work.run(messages);
}

net::awaitable<void> read_messages(tcp::socket socket, std::size_t messages) {
    laminar::MessageStream stream(std::move(socket), nullptr, {});
    laminar::UpgradeReply reply;
    boost::system::error_code error = co_await stream.client_handshake("localhost", "/", {}, reply);
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < messages && !error; ++count) {
        if (!stream.read_buffered(error)) error = co_await stream.read();
        bytes += stream.message().size();
        stream.release_message();
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
    if (error || bytes != messages * event_message(0).size()) std::exit(1);
}

net::awaitable<void> send_messages(tcp::socket socket, std::size_t rounds) {
    boost::beast::websocket::stream<tcp::socket> peer(std::move(socket));
    co_await peer.async_accept(net::use_awaitable);
    std::string frames;
    for (const std::string& message : event_messages(round)) frames += text_frame(message);
    for (std::size_t count = 0; count < rounds; ++count) {
        co_await net::async_write(peer.next_layer(), net::buffer(frames), net::use_awaitable);
        // The reader works them off.
        for (int turn = 0; turn < 5; ++turn) co_await net::post(net::use_awaitable);
    }
}

void frames(std::size_t rounds) {
    net::io_context context(1);
    tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
    tcp::socket sending(context);
    sending.connect(acceptor.local_endpoint());
    const auto rethrow = [](const std::exception_ptr& problem) {
        if (problem) std::rethrow_exception(problem);
    };
    net::co_spawn(context, read_messages(acceptor.accept(), rounds * round), rethrow);
    net::co_spawn(context, send_messages(std::move(sending), rounds), rethrow);
    context.run();
}

}  // namespace

int main(int count, char** arguments) {
    const std::string path = count == 3 ? arguments[1] : "";
    const std::size_t rounds = count == 3 ? std::strtoul(arguments[2], nullptr, 10) : 0;
    if (path == "decode") {
        decode(rounds);
    } else if (path == "frames") {
        frames(rounds);
    } else {
        std::fprintf(stderr, "usage: instruction_work decode|frames ROUNDS\n");
        return 2;
    }
    return 0;
}
