#include <doctest/doctest.h>

#include <map>
#include <set>

#include "connectors/delivery/input_channel.h"
#include "websocket_fixture.h"

using namespace std::chrono_literals;

namespace laminar {
namespace {

/// Takes JSON objects with an integer "value".
std::shared_ptr<InputChannel> number_channel() {
    auto schema = std::make_shared<BatchSchema>();
    BatchColumn column;
    column.name = "value";
    column.type = TypeId::integer;
    column.json_path = {"value"};
    schema->columns.push_back(column);
    return std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), InputChannel::Limits{});
}

}  // namespace

TEST_CASE("websocket: messages go both ways between client and server") {
    NetworkFixture network;
    TextConsumer at_server;
    TextConsumer at_client;
    auto server = network.serve();
    REQUIRE(server->status().state == ConnectionState::listening);
    server->add_input(TableStream::messages, at_server.channel());
    WebSocketOptions options = NetworkFixture::client_options(server->port());
    options.subscribe_message = {"first", "second"};
    auto client = network.connect(options);
    client->add_input(TableStream::messages, at_client.channel());
    CHECK(client->send(text_message("third")) == SendOutcome::accepted);
    REQUIRE(eventually([&] { return at_server.has(3); }));
    CHECK(at_server.take() == std::vector<std::string>{"first", "second", "third"});
    CHECK(clients_of(*server) == 1);
    CHECK(server->send(text_message("hello", "c1")) == SendOutcome::accepted);
    CHECK(server->send(text_message("nobody", "c2")) == SendOutcome::no_such_peer);
    CHECK(server->send(text_message("everybody")) == SendOutcome::no_such_peer);
    REQUIRE(eventually([&] { return at_client.has(1); }));
    CHECK(at_client.take().front() == "hello");

    REQUIRE(eventually([&] { return server->send_queue_empty() && client->send_queue_empty(); }));
    const ConnectionStatus status = client->status();
    CHECK(status.state == ConnectionState::connected);
    CHECK(status.messages_received == 1);
    CHECK(status.messages_sent == 1);
    CHECK(status.bytes_received == 5);
    CHECK(status.connected_since > 0);
    CHECK(close_and_wait(*client));
    CHECK(client->status().state == ConnectionState::closed);
    CHECK(eventually([&] { return network.observer.count("client_disconnected") == 1; }));
    CHECK(network.observer.last("client_disconnected").find("code 1000") != std::string::npos);
    CHECK(network.observer.count("client_connected") == 1);
    CHECK(close_and_wait(*server));
    CHECK(server->status().state == ConnectionState::closed);
}

TEST_CASE("websocket: a burst of messages of all sizes arrives whole and in order") {
    for (const auto compression : {WebSocketCompression::none, WebSocketCompression::deflate}) {
        NetworkFixture network;
        TextConsumer consumer(100'000);
        WebSocketOptions server_options = NetworkFixture::server_options();
        server_options.compression = compression;
        auto server = network.serve(server_options);
        server->add_input(TableStream::messages, consumer.channel());
        WebSocketOptions options = NetworkFixture::client_options(server->port());
        options.compression = compression;
        auto client = network.connect(options);
        std::vector<std::string> sent;
        for (std::size_t i = 0; i < 3'000; ++i) {
            const std::size_t size = i % 500 == 499 ? 700'000 : (i * 37) % 2'000;
            sent.push_back(std::to_string(i) + ":" + std::string(size, static_cast<char>('a' + i % 26)));
        }
        for (const std::string& text : sent) {
            REQUIRE(eventually([&] { return client->send(text_message(text)) == SendOutcome::accepted; }));
        }
        REQUIRE(eventually([&] { return consumer.has(sent.size()); }));
        CHECK((consumer.take() == sent));
    }
}

TEST_CASE("websocket: a slow consumer holds up the peer, and nothing is lost") {
    NetworkFixture network;
    TextConsumer consumer(10);
    WebSocketOptions options = NetworkFixture::server_options();
    options.send_buffer_size = 100;
    auto server = network.serve(options);
    server->add_input(TableStream::messages, consumer.channel());
    auto client = network.connect(*server);
    // More than fits into the buffers of both sockets.
    const std::string padding(60'000, '.');
    std::size_t accepted = 0;
    const auto offer = [&] {
        if (client->send(text_message(std::to_string(accepted) + padding)) != SendOutcome::accepted) return false;
        ++accepted;
        return true;
    };
    REQUIRE(eventually([&] {
        while (offer()) continue;
        return consumer.channel()->pending_messages() >= 10;
    }));
    while (offer()) continue;
    CHECK(consumer.channel()->pending_messages() <= 11);
    while (accepted < 2'000) {
        consumer.take();
        (void)offer();
    }
    REQUIRE(eventually([&] { return consumer.has(accepted); }));
    for (std::size_t i = 0; i < accepted; ++i) {
        REQUIRE(consumer.take()[i] == std::to_string(i) + padding);
    }
    CHECK(server->status().messages_dropped == 0);
}

TEST_CASE("websocket: overflow policies drop instead") {
    for (const auto overflow : {OverflowPolicy::drop_newest, OverflowPolicy::drop_oldest}) {
        NetworkFixture network;
        TextConsumer consumer(10);
        WebSocketOptions options = NetworkFixture::server_options();
        options.overflow = overflow;
        auto server = network.serve(options);
        server->add_input(TableStream::messages, consumer.channel());
        auto client = network.connect(*server);
        for (int i = 0; i < 100; ++i) (void)client->send(text_message(std::to_string(i)));
        REQUIRE(eventually([&] { return server->status().messages_received == 100; }));
        const auto& messages = consumer.take();
        CHECK(messages.size() == 10);
        CHECK(server->status().messages_dropped == 90);
        CHECK(messages.back() == (overflow == OverflowPolicy::drop_newest ? "9" : "99"));
    }
}

TEST_CASE("websocket: pause stops reading, resume goes on") {
    NetworkFixture network;
    TextConsumer consumer;
    auto server = network.serve();
    server->add_input(TableStream::messages, consumer.channel());
    auto client = network.connect(*server);
    server->pause();
    CHECK(server->status().state == ConnectionState::paused);
    for (int i = 0; i < 50; ++i) (void)client->send(text_message(std::to_string(i)));
    REQUIRE(eventually([&] { return client->send_queue_empty(); }));
    CHECK(consumer.take().empty());
    server->resume();
    REQUIRE(eventually([&] { return consumer.has(50); }));
    CHECK(server->status().state == ConnectionState::listening);
}

TEST_CASE("websocket: the client comes back after the server has died, and subscribes again") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    auto server = network.serve(options);
    const std::uint16_t port = server->port();
    WebSocketOptions client_options = NetworkFixture::client_options(port);
    client_options.subscribe_message = {"subscribe"};
    auto client = network.connect(client_options);
    REQUIRE(eventually([&] { return client->status().state == ConnectionState::connected; }));
    server.reset();
    REQUIRE(eventually([&] { return client->status().state != ConnectionState::connected; }));
    CHECK(client->send(text_message("queued meanwhile")) == SendOutcome::accepted);
    options.port = port;
    TextConsumer consumer;
    auto reborn = make_websocket_server("reborn", std::make_shared<WebSocketOptions>(options), network.context());
    reborn->add_input(TableStream::messages, consumer.channel());
    reborn->open();
    REQUIRE(eventually([&] { return consumer.has(2); }));
    CHECK(consumer.take() == std::vector<std::string>{"subscribe", "queued meanwhile"});
    CHECK(client->status().reconnect_count >= 1);
    CHECK_FALSE(client->status().last_error.empty());
}

TEST_CASE("websocket: a message larger than max_message_size ends that connection with 1009") {
    NetworkFixture network;
    TextConsumer consumer;
    WebSocketOptions options = NetworkFixture::server_options();
    options.max_message_size = 1'000;
    auto server = network.serve(options);
    server->add_input(TableStream::messages, consumer.channel());
    WebSocketOptions client_options = NetworkFixture::client_options(server->port());
    client_options.reconnect = false;
    auto client = network.connect(client_options);
    (void)client->send(text_message(std::string(1'000, 'a')));
    (void)client->send(text_message(std::string(1'001, 'b')));
    REQUIRE(eventually([&] { return network.observer.count("disconnected") == 1; }));
    CHECK(network.observer.last("disconnected").find("1009") != std::string::npos);
    CHECK(consumer.take().size() == 1);
    CHECK(eventually([&] { return network.observer.count("client_disconnected") == 1; }));
    CHECK(network.observer.last("client_disconnected").find("max_message_size") != std::string::npos);
}

TEST_CASE("websocket: refused handshakes name the status and are not hammered") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.path = {"/feed"};
    options.auth_token = "token-1234";
    auto server = network.serve(options);
    const std::uint16_t port = server->port();

    auto lost = network.connect(NetworkFixture::client_options(port, "/elsewhere"));
    REQUIRE(eventually([&] { return lost->status().state == ConnectionState::failed; }));
    CHECK(lost->status().last_error ==
          "handshake failed: HTTP 404 Not Found: \"Nothing here: the WebSocket is at another path.\"");
    CHECK(lost->send(text_message("x")) == SendOutcome::failed);

    auto unauthorized = network.connect(NetworkFixture::client_options(port, "/feed"));
    REQUIRE(eventually([&] { return unauthorized->status().state == ConnectionState::failed; }));
    CHECK(unauthorized->status().last_error ==
          "handshake failed: HTTP 401 Unauthorized: \"Credentials are missing or wrong.\"");

    WebSocketOptions right = NetworkFixture::client_options(port, "/feed");
    right.headers = {{"Authorization", "Bearer token-1234"}};
    auto welcome = network.connect(right);
    CHECK(eventually([&] { return welcome->status().state == ConnectionState::connected; }));
}

TEST_CASE("websocket: connection limits answer 503 and 429") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.max_connections = 2;
    auto server = network.serve(options);
    auto first = network.connect(*server);
    auto second = network.connect(*server);
    auto third = network.connect(NetworkFixture::client_options(server->port()));
    REQUIRE(eventually([&] { return !third->status().last_error.empty(); }));
    CHECK(third->status().last_error == "handshake failed: HTTP 503 Service Unavailable: \"Too many clients.\"");
    CHECK(clients_of(*server) == 2);

    options.max_connections = 10;
    options.max_connections_per_ip = 1;
    auto strict = network.serve(options);
    auto fourth = network.connect(*strict);
    auto fifth = network.connect(NetworkFixture::client_options(strict->port()));
    REQUIRE(eventually([&] { return !fifth->status().last_error.empty(); }));
    CHECK(fifth->status().last_error ==
          "handshake failed: HTTP 429 Too Many Requests: \"Too many connections from this address.\"");
    CHECK(close_and_wait(*fourth));
}

TEST_CASE("websocket: a broadcast reaches a hundred clients, in order") {
    NetworkFixture network;
    WebSocketOptions options = NetworkFixture::server_options();
    options.broadcast = true;
    auto server = network.serve(options);
    CHECK(server->send(text_message("to nobody")) == SendOutcome::accepted);
    CHECK(server->status().messages_dropped == 1);
    std::vector<std::unique_ptr<Connection>> clients;
    std::vector<std::unique_ptr<TextConsumer>> consumers;
    for (int i = 0; i < 100; ++i) {
        consumers.push_back(std::make_unique<TextConsumer>());
        clients.push_back(network.connect(NetworkFixture::client_options(server->port())));
        clients.back()->add_input(TableStream::messages, consumers.back()->channel());
    }
    REQUIRE(eventually([&] { return clients_of(*server) == 100; }));
    std::vector<std::string> sent;
    for (int i = 0; i < 200; ++i) {
        sent.push_back("message " + std::to_string(i));
        REQUIRE(eventually([&] { return server->send(text_message(sent.back())) == SendOutcome::accepted; }));
    }
    for (const auto& consumer : consumers) {
        REQUIRE(eventually([&] { return consumer->has(sent.size()); }));
        CHECK((consumer->take() == sent));
    }
    CHECK(eventually([&] { return server->status().messages_sent == 20'000; }));
    CHECK(close_and_wait(*server));
    CHECK(network.observer.last("disconnected").find("1001") != std::string::npos);
}

TEST_CASE("websocket: a client that does not read is handled by slow_client") {
    for (const auto policy : {SlowClientPolicy::disconnect, SlowClientPolicy::drop_oldest, SlowClientPolicy::block}) {
        NetworkFixture network;
        WebSocketOptions options = NetworkFixture::server_options();
        options.broadcast = true;
        options.slow_client = policy;
        options.send_buffer_size = 10;
        auto server = network.serve(options);
        auto client = network.connect(*server);
        REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
        client->pause();
        const OutgoingMessage large = text_message(std::string(1 << 20, 'x'));
        REQUIRE(eventually([&] {
            const SendOutcome outcome = server->send(large);
            if (policy == SlowClientPolicy::block) return outcome == SendOutcome::full;
            if (policy == SlowClientPolicy::drop_oldest) return server->status().messages_dropped > 3;
            return network.observer.count("client_disconnected") > 0;
        }));
        if (policy == SlowClientPolicy::disconnect) {
            CHECK(network.observer.last("client_disconnected").find("slow_client") != std::string::npos);
        } else {
            CHECK(clients_of(*server) == 1);
        }
    }
}

TEST_CASE("websocket: what is queued at a close is sent before it") {
    NetworkFixture network;
    TextConsumer consumer(10'000);
    auto server = network.serve();
    server->add_input(TableStream::messages, consumer.channel());
    auto client = make_websocket_client(
        "client", std::make_shared<WebSocketOptions>(NetworkFixture::client_options(server->port())),
        network.context());
    for (int i = 0; i < 1'000; ++i) CHECK(client->send(text_message(std::to_string(i))) == SendOutcome::accepted);
    CHECK(client->send(text_message("one too many")) == SendOutcome::full);
    client->open();
    CHECK(close_and_wait(*client));
    CHECK(client->send_queue_empty());
    CHECK(client->status().messages_sent == 1'000);
    CHECK(eventually([&] { return consumer.has(1'000); }));
}

TEST_CASE("websocket: test() tells each step and leaves the connection alone") {
    NetworkFixture network;
    auto server = network.serve();
    auto client = make_websocket_client(
        "client", std::make_shared<WebSocketOptions>(NetworkFixture::client_options(server->port())),
        network.context());
    std::vector<ConnectionTestStep> steps = test_and_wait(*client);
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].step == "resolve");
    CHECK(steps[1].step == "connect");
    CHECK(steps[2].step == "handshake");
    CHECK(steps[2].ok);
    CHECK(steps[2].detail == "HTTP 101 Switching Protocols");
    CHECK(client->status().state == ConnectionState::idle);
    steps = test_and_wait(*server);
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].ok);
    CHECK(steps[0].detail.find("listening on 127.0.0.1:") == 0);

    WebSocketOptions same_port = NetworkFixture::server_options();
    same_port.port = server->port();
    const auto second =
        make_websocket_server("second", std::make_shared<WebSocketOptions>(same_port), network.context());
    steps = test_and_wait(*second);
    REQUIRE(steps.size() == 1);
    CHECK_FALSE(steps[0].ok);
    second->open();
    CHECK(eventually([&] { return second->status().state == ConnectionState::failed; }));
    CHECK(second->status().last_error.find("cannot listen on 127.0.0.1") == 0);
}

TEST_CASE("websocket: a missing secret fails the attempt with its name") {
    NetworkFixture network;
    auto server = network.serve();
    WebSocketOptions options = NetworkFixture::client_options(server->port());
    options.headers = {{"Authorization", "Bearer ${secret:laminar_test_no_such_secret}"}};
    auto client = network.connect(options);
    REQUIRE(eventually([&] { return !client->status().last_error.empty(); }));
    CHECK(client->status().last_error.find("laminar_test_no_such_secret") != std::string::npos);
    CHECK(network.observer.count("secret_missing") >= 1);
}

TEST_CASE("websocket: undecodable messages are counted, kept and offered, and end nothing") {
    NetworkFixture network;
    const auto numbers = number_channel();
    TextConsumer errors;
    auto server = network.serve();
    server->add_input(TableStream::messages, numbers);
    auto client = network.connect(*server);
    for (const char* text : {R"({"value": 1})", "not json", R"({"value": "x"})", R"({"value": 2})"}) {
        (void)client->send(text_message(text));
    }
    REQUIRE(eventually([&] { return server->status().messages_received == 4; }));
    REQUIRE(eventually([&] { return numbers->pending_messages() == 2; }));
    CHECK(server->status().messages_failed == 2);
    CHECK(clients_of(*server) == 1);
    server->add_input(TableStream::errors, errors.channel());
    REQUIRE(errors.take().size() == 2);
    CHECK(errors.take()[0].find(R"("failed_message":"not json")") != std::string::npos);
    CHECK(errors.take()[0].find(R"("error_type":"invalid_json")") != std::string::npos);
    CHECK(network.observer.count("decode_error") == 2);
}

TEST_CASE("websocket: on_error = 'fail' and max_errors_per_minute fail the connection") {
    for (const bool limited : {false, true}) {
        NetworkFixture network;
        const auto channel = number_channel();
        WebSocketOptions options = NetworkFixture::server_options();
        options.broadcast = true;
        auto server = network.serve(options);
        WebSocketOptions client_options = NetworkFixture::client_options(server->port());
        if (limited) {
            client_options.max_errors_per_minute = 3;
        } else {
            client_options.on_error = ErrorPolicy::fail;
        }
        auto client = network.connect(client_options);
        client->add_input(TableStream::messages, channel);
        REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
        for (int i = 0; i < 4; ++i) (void)server->send(text_message("not json"));
        REQUIRE(eventually([&] { return client->status().state == ConnectionState::failed; }));
        CHECK(client->status().messages_failed == (limited ? 4 : 1));
        CHECK(network.observer.last("failed").find(limited ? "max_errors_per_minute" : "on_error") !=
              std::string::npos);
        CHECK(close_and_wait(*client));
    }
}

TEST_CASE("websocket: a feed that may end is finished when its peer closes") {
    NetworkFixture network;
    TextConsumer consumer;
    auto server = network.serve();
    WebSocketOptions options = NetworkFixture::client_options(server->port());
    options.reconnect = false;
    auto client = network.connect(options);
    client->add_input(TableStream::messages, consumer.channel());
    REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
    (void)server->send(text_message("last words", "c1"));
    CHECK(close_and_wait(*server));
    REQUIRE(eventually([&] { return client->status().finished; }));
    CHECK(client->status().state == ConnectionState::closed);
    CHECK(consumer.take().size() == 1);
    CHECK(consumer.channel()->is_finished());
}

}  // namespace laminar
