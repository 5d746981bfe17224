#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <future>
#include <thread>

#include "websocket_fixture.h"

namespace net = boost::asio;
using net::ip::tcp;
using namespace std::chrono_literals;

namespace laminar {
namespace {

/// A TCP server that does something wrong with each connection, one after the other.
class MisbehavingServer {
public:
    using Behaviour = std::function<void(tcp::socket& socket)>;

    explicit MisbehavingServer(Behaviour behaviour)
        : acceptor_(io_, tcp::endpoint(net::ip::make_address("127.0.0.1"), 0)),
          port_(acceptor_.local_endpoint().port()),
          thread_([this, behaviour = std::move(behaviour)] {
              for (;;) {
                  boost::system::error_code error;
                  tcp::socket socket = acceptor_.accept(error);
                  if (error || stopping_) return;
                  ++accepted_;
                  try {
                      behaviour(socket);
                  } catch (const boost::system::system_error&) {
                      // The client went away in the middle: its right.
                  }
              }
          }) {}

    ~MisbehavingServer() {
        stopping_ = true;
        boost::system::error_code ignored;
        tcp::socket knock(io_);
        knock.connect(tcp::endpoint(net::ip::make_address("127.0.0.1"), port_), ignored);
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int accepted() const { return accepted_; }

private:
    net::io_context io_;
    tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> accepted_{0};
    std::thread thread_;
};

void read_head(tcp::socket& socket) {
    net::streambuf buffer;
    net::read_until(socket, buffer, "\r\n\r\n");
}

/// Until the client closes.
void wait_for_end(tcp::socket& socket) {
    char byte[256];
    boost::system::error_code error;
    while (!error) socket.read_some(net::buffer(byte), error);
}

void answer(tcp::socket& socket, const std::string& text) {
    read_head(socket);
    net::write(socket, net::buffer(text));
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    wait_for_end(socket);
}

/// The last error of a client after so many attempts.
std::string error_after(const MisbehavingServer::Behaviour& behaviour, int attempts = 1,
                        const std::function<void(WebSocketOptions&)>& adjust = {}) {
    NetworkFixture network;
    MisbehavingServer server(behaviour);
    WebSocketOptions options = NetworkFixture::client_options(server.port());
    options.handshake_timeout = 300ms;
    if (adjust) adjust(options);
    auto client = network.connect(options);
    CHECK(eventually([&] { return server.accepted() >= attempts && !client->status().last_error.empty(); }));
    return client->status().last_error;
}

std::string raw_request(std::uint16_t port, const std::string& request) {
    net::io_context io;
    tcp::socket socket(io);
    socket.connect(tcp::endpoint(net::ip::make_address("127.0.0.1"), port));
    net::write(socket, net::buffer(request));
    std::string reply;
    char part[1024];
    boost::system::error_code error;
    while (!error) reply.append(part, socket.read_some(net::buffer(part), error));
    return reply;
}

}  // namespace

TEST_CASE("websocket client: a close frame that came before ours was sent is no answer to it") {
    NetworkFixture network;
    std::promise<void> closing;
    std::promise<void> closed;
    MisbehavingServer server([&](tcp::socket& socket) {
        boost::beast::websocket::stream<tcp::socket> stream(std::move(socket));
        stream.accept();
        // Reads nothing, and ends by itself while the client is about to close.
        closing.get_future().wait();
        net::write(stream.next_layer(), net::buffer("\x88\x02\x03\xe8", 4));
        closed.get_future().wait();
    });
    auto client = network.connect(NetworkFixture::client_options(server.port()));
    const std::string large(100'000, 'x');
    for (int i = 0; i < 300; ++i) CHECK(client->send(text_message(large)) == SendOutcome::accepted);
    CHECK(eventually([&] { return client->status().messages_sent > 0; }));
    std::promise<void> ended;
    client->close(500ms, [&] { ended.set_value(); });
    CHECK(eventually([&] { return client->status().state == ConnectionState::closing; }));
    closing.set_value();
    CHECK(ended.get_future().wait_for(60s) == std::future_status::ready);
    closed.set_value();
    const ConnectionStatus status = client->status();
    CHECK(status.messages_sent > 0);
    CHECK(status.messages_maybe_lost == status.messages_sent);
}

TEST_CASE("websocket client: nobody listens") {
    NetworkFixture network;
    std::uint16_t port = 0;
    {
        net::io_context io;
        port = tcp::acceptor(io, tcp::endpoint(net::ip::make_address("127.0.0.1"), 0)).local_endpoint().port();
    }
    auto client = network.connect(NetworkFixture::client_options(port));
    REQUIRE(eventually([&] { return client->status().reconnect_count >= 2; }));
    CHECK(client->status().last_error.find("connection refused") != std::string::npos);
}

TEST_CASE("websocket client: peers that misbehave in the handshake are named, and tried again") {
    CHECK(error_after([](tcp::socket&) {}, 2).find("handshake failed: ") == 0);
    CHECK(error_after([](tcp::socket& socket) { answer(socket, "this is not HTTP\r\n\r\n"); }, 2)
              .find("does not speak HTTP") != std::string::npos);
    CHECK(error_after([](tcp::socket& socket) { wait_for_end(socket); }, 2)
              .find("does not answer the handshake within 300 ms") != std::string::npos);
    CHECK(error_after([](tcp::socket& socket) { answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"); }) ==
          "handshake failed: HTTP 200 OK: \"x\"");
    CHECK(error_after([](tcp::socket& socket) {
              answer(socket,
                     "HTTP/1.1 302 Found\r\nLocation: wss://else.example/feed?token=abcdef\r\n"
                     "Content-Length: 0\r\n\r\n");
          }).find("redirected to \"wss://else.example/feed?token=***\"") != std::string::npos);
    CHECK(error_after(
              [](tcp::socket& socket) {
                  answer(socket,
                         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                         "Sec-WebSocket-Accept: wrong\r\n\r\n");
              },
              2)
              .find("handshake failed: ") == 0);
}

TEST_CASE("websocket client: Retry-After is waited for") {
    NetworkFixture network;
    MisbehavingServer server([](tcp::socket& socket) {
        answer(socket, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n");
    });
    auto client = network.connect(NetworkFixture::client_options(server.port()));
    REQUIRE(eventually([&] { return network.observer.count("reconnecting") == 1; }));
    CHECK(client->status().state == ConnectionState::waiting_to_reconnect);
    CHECK(network.observer.last("reconnecting") == "attempt 1 in 600000 ms (at most 600000 ms)");
}

TEST_CASE("websocket server: what is not a WebSocket request is answered as HTTP") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.max_header_size = 1'000;
    auto server = network.serve(options);
    const std::uint16_t port = server->port();
    CHECK(raw_request(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP/1.1 426 ") == 0);
    CHECK(raw_request(port, "GET /else HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP/1.1 404 ") == 0);
    CHECK(raw_request(port, "GET / HTTP/1.1\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n").find("HTTP/1.1 431 ") == 0);
    (void)raw_request(port, std::string("\x16\x03\x01\r\n\r\n", 7));
    CHECK(eventually([&] { return network.observer.count("handshake_failed") == 2; }));
    auto client = network.connect(*server);
    CHECK(client->status().state == ConnectionState::connected);
}

TEST_CASE("websocket server: a client that never sends its request is let go") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.handshake_timeout = 200ms;
    auto server = network.serve(options);
    CHECK(raw_request(server->port(), "GET / HT").empty());
    CHECK(eventually([&] { return network.observer.count("handshake_failed") == 1; }));
    CHECK(network.observer.last("handshake_failed").find("handshake_timeout_ms") != std::string::npos);
}

TEST_CASE("websocket server: a peer that goes silent fails the heartbeat") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.heartbeat_interval = 1s;
    options.heartbeat_timeout = 1s;
    auto server = network.serve(options);
    net::io_context io;
    tcp::socket socket(io);
    socket.connect(tcp::endpoint(net::ip::make_address("127.0.0.1"), server->port()));
    net::write(socket, net::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                               "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")));
    read_head(socket);
    auto healthy = network.connect(*server);
    REQUIRE(eventually([&] { return clients_of(*server) == 2; }));
    REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
    CHECK(network.observer.last("client_disconnected").find("no answer to ping within 1 s") != std::string::npos);
    CHECK(healthy->status().state == ConnectionState::connected);
}

TEST_CASE("websocket server: protocol violations end that client with a reason") {
    NetworkFixture network;
    TextConsumer consumer;
    auto server = network.serve();
    server->add_input(TableStream::messages, consumer.channel());
    const std::string head =
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const auto masked = [](const std::string& start) { return start + std::string(4, '\0'); };
    // Sent together with the request, as an eager client does.
    const std::string unmasked = raw_request(server->port(), head + std::string("\x81\x02hi"));
    CHECK(unmasked.substr(unmasked.size() - 4) == std::string("\x88\x02\x03\xEA"));  // 1002
    const std::string bad_text = raw_request(server->port(), head + masked("\x81\x82") + "\xff\xfe");
    CHECK(bad_text.substr(bad_text.size() - 4) == std::string("\x88\x02\x03\xEF"));  // 1007
    const std::string reserved = raw_request(server->port(), head + masked("\xF1\x82") + "hi");
    CHECK(reserved.substr(reserved.size() - 4) == std::string("\x88\x02\x03\xEA"));
    const std::string good =
        raw_request(server->port(), head + masked("\x01\x81") + "a" + masked("\x89\x80") + masked("\x80\x81") + "b" +
                                        masked("\x81\x82") + "cd" + masked("\x88\x82") + std::string("\x03\xE8"));
    CHECK(good.substr(good.size() - 6) == std::string("\x8A\x00\x88\x02\x03\xE8", 6));
    CHECK(consumer.take() == std::vector<std::string>{"ab", "cd"});
}

}  // namespace laminar
