#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/raw_handshake.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/frames/stream_error.h"

// Random streams of valid frames, cut into random pieces, must come out as the messages they are. What is sent is
// written by hand, handshake included.

namespace laminar {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using Random = std::mt19937;

struct TestMessage {
    std::string payload;
    bool binary = false;

    bool operator==(const TestMessage& other) const = default;
};

/// What a peer sends, and what a reader must make of it.
struct Recording {
    std::string bytes;
    std::vector<TestMessage> messages;
    std::vector<std::string> pings;  ///< Payloads, each of which is to be answered.
};

std::size_t pick(Random& random, std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random);
}

std::string random_text(Random& random, std::size_t size) {
    std::string text;
    while (text.size() < size) text += static_cast<char>('a' + pick(random, 0, 25));
    return text;
}

void append_frame(std::string& bytes, int first, const std::string& payload, bool masked, Random& random) {
    bytes += static_cast<char>(first);
    const int mask = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        bytes += static_cast<char>(mask | static_cast<int>(payload.size()));
    } else if (payload.size() < 65'536) {
        bytes += static_cast<char>(mask | 126);
        for (int shift = 8; shift >= 0; shift -= 8) bytes += static_cast<char>((payload.size() >> shift) & 255U);
    } else {
        bytes += static_cast<char>(mask | 127);
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((payload.size() >> shift) & 255U);
    }
    std::string key;
    for (int i = 0; masked && i < 4; ++i) key += static_cast<char>(pick(random, 0, 255));
    bytes += key;
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += masked ? static_cast<char>(payload[i] ^ key[i % 4]) : payload[i];
}

void maybe_append_control_frames(Recording& recording, bool masked, Random& random) {
    while (pick(random, 0, 3) == 0) {
        const std::string payload = random_text(random, pick(random, 0, 125));
        const bool ping = pick(random, 0, 1) == 0;
        append_frame(recording.bytes, ping ? 0x89 : 0x8A, payload, masked, random);
        if (ping) recording.pings.push_back(payload);
    }
}

/// Around the borders: of the three forms of a length, and of the receive buffer at its smallest and its largest. Small
/// ones stay below a kilobyte.
std::size_t random_size(bool small, Random& random) {
    constexpr std::size_t borders[] = {0, 126, 4'096, 65'536, 262'144};
    switch (pick(random, 0, 9)) {
        case 0: {
            const std::size_t border = borders[pick(random, 0, small ? 1 : 4)];
            return border + pick(random, 0, 3) - std::min<std::size_t>(border, 2);
        }
        case 1:
            return pick(random, 0, small ? 1'000 : 20'000);
        default:
            return pick(random, 0, 300);
    }
}

Recording record(std::size_t messages, bool small, bool masked, Random& random) {
    Recording recording;
    for (std::size_t number = 0; number < messages; ++number) {
        const TestMessage message{random_text(random, random_size(small, random)), pick(random, 0, 1) == 0};
        recording.messages.push_back(message);
        const std::size_t frames = pick(random, 0, 4) == 0 ? pick(random, 2, 5) : 1;
        std::size_t sent = 0;
        for (std::size_t index = 0; index < frames; ++index) {
            maybe_append_control_frames(recording, masked, random);
            const bool last = index + 1 == frames;
            const std::size_t rest = message.payload.size() - sent;
            const std::size_t size = last ? rest : pick(random, 0, rest);
            const int kind = index > 0 ? 0 : message.binary ? 2 : 1;
            append_frame(recording.bytes, kind | (last ? 0x80 : 0), message.payload.substr(sent, size), masked, random);
            sent += size;
        }
    }
    append_frame(recording.bytes, 0x88,
                 "\x03\xe8"
                 "bye",
                 masked, random);
    return recording;
}

/// Payloads of the pongs among the frames that came back; a close frame must be the last.
std::vector<std::string> pongs_in(const std::string& bytes, bool masked, bool& closed) {
    std::vector<std::string> pongs;
    std::size_t at = 0;
    while (at + 2 <= bytes.size() && !closed) {
        const int kind = bytes[at] & 0x0F;
        const std::size_t size = static_cast<unsigned char>(bytes[at + 1]) & 0x7FU;
        REQUIRE(size <= 125);
        const std::size_t begin = at + 2 + (masked ? 4 : 0);
        std::string payload = bytes.substr(begin, size);
        for (std::size_t i = 0; masked && i < payload.size(); ++i)
            payload[i] = static_cast<char>(payload[i] ^ bytes[at + 2 + i % 4]);
        if (kind == 10) pongs.push_back(payload);
        closed = kind == 8;
        at = begin + size;
    }
    return pongs;
}

/// A key and a certificate made up on the spot.
std::shared_ptr<net::ssl::context> self_signed() {
    auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    REQUIRE(SSL_CTX_use_certificate(context->native_handle(), certificate.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context->native_handle(), key.get()) == 1);
    return context;
}

struct Exchange {
    std::vector<TestMessage> messages;
    std::size_t taken_from_buffer = 0;  ///< So many of them without waiting.
    boost::system::error_code ending;
    std::string answers;  ///< The bytes that came back, in the end.
};

net::awaitable<void> read_all(MessageStream& stream, bool as_server, bool tls, Exchange& exchange) {
    boost::system::error_code problem;
    if (tls) problem = co_await stream.tls_handshake(!as_server);
    REQUIRE_FALSE(problem);
    if (as_server) {
        UpgradeRequest request;
        problem = co_await stream.read_request(16'384, request);
        REQUIRE_FALSE(problem);
        problem = co_await stream.accept("");
    } else {
        UpgradeReply reply;
        problem = co_await stream.client_handshake("localhost", "/", {}, reply);
    }
    REQUIRE_FALSE(problem);
    for (;;) {
        boost::system::error_code error;
        const bool at_once = stream.read_buffered(error);
        if (!at_once) error = co_await stream.read();
        if (error) {
            exchange.ending = error;
            break;
        }
        exchange.taken_from_buffer += at_once ? 1 : 0;
        exchange.messages.push_back({std::string(stream.message()), stream.message_is_binary()});
        stream.release_message();
    }
    REQUIRE(stream.stop_listening());
    stream.say_goodbye();
    co_await stream.shut_down(std::chrono::seconds(20));
}

template <class Socket>
net::awaitable<void> collect(Socket& socket, std::string& bytes, bool& ended) {
    std::vector<char> buffer(4096);
    boost::system::error_code error;
    while (!error) {
        const std::size_t count =
            co_await socket.async_read_some(net::buffer(buffer), net::redirect_error(net::use_awaitable, error));
        bytes.append(buffer.data(), count);
    }
    ended = true;
}

/// Byte by byte, so that nothing of what follows is taken.
template <class Socket>
net::awaitable<std::string> read_head(Socket& socket) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
        co_await socket.async_read_some(net::buffer(&byte, 1), net::use_awaitable);
        head += byte;
    }
    co_return head;
}

template <class Socket>
net::awaitable<void> send_in_pieces(Socket& socket, bool reader_is_server, const std::string& bytes,
                                    std::size_t longest, Random& random, Exchange& exchange) {
    if constexpr (!std::is_same_v<Socket, tcp::socket>) {
        const auto role = reader_is_server ? net::ssl::stream_base::client : net::ssl::stream_base::server;
        co_await socket.async_handshake(role, net::use_awaitable);
    }
    if (reader_is_server) {
        const std::string request(bench::handshake_request());
        co_await net::async_write(socket, net::buffer(request), net::use_awaitable);
        const std::string answer = co_await read_head(socket);
        REQUIRE(answer.starts_with("HTTP/1.1 101"));
    } else {
        const std::string answer = bench::handshake_answer(co_await read_head(socket));
        co_await net::async_write(socket, net::buffer(answer), net::use_awaitable);
    }
    bool ended = false;
    net::co_spawn(socket.get_executor(), collect(socket, exchange.answers, ended), net::detached);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const std::size_t size = std::min(pick(random, 1, longest), bytes.size() - sent);
        boost::system::error_code error;
        co_await net::async_write(socket, net::buffer(bytes.data() + sent, size),
                                  net::redirect_error(net::use_awaitable, error));
        if (error) break;
        sent += size;
        // Now and then the reader gets to see what has come so far.
        for (std::size_t turns = pick(random, 0, 3); turns > 0; --turns)
            co_await net::post(socket.get_executor(), net::use_awaitable);
    }
    // NOLINTNEXTLINE(bugprone-infinite-loop): the reader sets it while this waits.
    while (!ended) co_await net::post(socket.get_executor(), net::use_awaitable);
    boost::system::error_code ignored;
    socket.lowest_layer().close(ignored);
}

/// How many messages were taken out of the receive buffer without waiting.
std::size_t run_case(unsigned seed, bool reader_is_server, bool tls) {
    INFO("seed ", seed, ", reader is ", reader_is_server ? "server" : "client", tls ? ", TLS" : "");
    Random random(seed);
    // Pieces of a few bytes are for small messages: there would be too many of them.
    const bool small = seed % 2 == 0;
    const Recording recording = record(60, small, reader_is_server, random);
    const std::size_t longest = std::size_t{1} << (small ? pick(random, 1, 8) : pick(random, 10, 18));
    net::io_context context(1);
    tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
    tcp::socket sending(context);
    sending.connect(acceptor.local_endpoint());
    sending.set_option(tcp::no_delay(true));
    tcp::socket reading = acceptor.accept();

    static const std::shared_ptr<net::ssl::context> server_tls = self_signed();
    static const auto client_tls = std::make_shared<net::ssl::context>(net::ssl::context::tls);
    MessageStream stream(std::move(reading), tls ? reader_is_server ? server_tls : client_tls : nullptr, {});
    Exchange exchange;
    const auto rethrow = [](const std::exception_ptr& problem) {
        if (problem) std::rethrow_exception(problem);
    };
    net::co_spawn(context, read_all(stream, reader_is_server, tls, exchange), rethrow);
    net::ssl::stream<tcp::socket> tls_peer(tcp::socket(context), reader_is_server ? *client_tls : *server_tls);
    if (tls) {
        tls_peer.next_layer() = std::move(sending);
        net::co_spawn(context, send_in_pieces(tls_peer, reader_is_server, recording.bytes, longest, random, exchange),
                      rethrow);
    } else {
        net::co_spawn(context, send_in_pieces(sending, reader_is_server, recording.bytes, longest, random, exchange),
                      rethrow);
    }
    context.run();

    CHECK(is_closed_by_peer(exchange.ending));
    CHECK(stream.close_code() == 1000);
    CHECK(stream.close_reason() == "bye");
    REQUIRE(exchange.messages.size() == recording.messages.size());
    for (std::size_t index = 0; index < recording.messages.size(); ++index) {
        INFO("message ", index, " of ", recording.messages[index].payload.size(), " bytes");
        // Not CHECK(a == b): nobody wants to see them.
        const bool same = exchange.messages[index] == recording.messages[index];
        REQUIRE(same);
    }
    bool closed = false;
    const std::vector<std::string> pongs = pongs_in(exchange.answers, !reader_is_server, closed);
    CHECK(closed);
    // RFC 6455 section 5.5.3 lets several pings be answered by one pong, that of the latest.
    std::size_t next = 0;
    for (const std::string& pong : pongs) {
        while (next < recording.pings.size() && recording.pings[next] != pong) ++next;
        REQUIRE(next < recording.pings.size());
        ++next;
    }
    CHECK(pongs.empty() == recording.pings.empty());
    return exchange.taken_from_buffer;
}

}  // namespace

TEST_CASE("websocket frames: random streams cut anywhere come out as their messages") {
    for (const bool reader_is_server : {false, true}) {
        for (const bool tls : {false, true}) {
            std::size_t taken_from_buffer = 0;
            for (unsigned seed = 1; seed <= 12; ++seed) taken_from_buffer += run_case(seed, reader_is_server, tls);
            CHECK(taken_from_buffer > 0);
        }
    }
}

}  // namespace laminar
