#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>

#include "connectors/delivery/input_channel.h"
#include "websocket_fixture.h"

namespace laminar {
namespace {

/// An observer in which, once, something goes wrong: whatever calls it fails with an exception.
class FailingObserver final : public ConnectionObserver {
public:
    void log(ConnectionLogEntry entry) override {
        const bool fails = entry.event == fails_at;
        recorded.log(std::move(entry));
        if (fails) fail();
    }
    void gap(const ConnectionGap& /*gap*/) override {}
    void changed() override {
        if (fails_at_change) fail();
    }

    std::string fails_at;  ///< To be set before there are connections.
    std::atomic<bool> fails_at_change{false};
    RecordingObserver recorded;

private:
    void fail() {
        fails_at_change = false;
        if (!failed_.exchange(true)) throw std::runtime_error("something broke");
    }

    std::atomic<bool> failed_{false};
};

struct FailingNetwork {
    NetworkFixture good;
    FailingObserver observer;

    [[nodiscard]] ConnectionContext context() { return {good.io, good.secrets, observer}; }
    [[nodiscard]] std::unique_ptr<Connection> client(const Connection& server) {
        return make_websocket_client(
            "feed", std::make_shared<WebSocketOptions>(NetworkFixture::client_options(server.port())), context());
    }
    [[nodiscard]] std::unique_ptr<Connection> server() {
        return make_websocket_server("hub", std::make_shared<WebSocketOptions>(NetworkFixture::server_options()),
                                     context());
    }
};

/// A consumer that fails when it is told of its first message.
std::shared_ptr<InputChannel> failing_channel() {
    auto schema = std::make_shared<BatchSchema>();
    BatchColumn column;
    column.name = "message";
    column.type = TypeId::varchar;
    column.metadata = MetadataField::message;
    schema->columns.push_back(column);
    DecoderOptions options;
    options.format = MessageFormat::text;
    auto failed = std::make_shared<std::atomic<bool>>(false);
    return std::make_shared<InputChannel>(schema, make_message_decoder(options, schema), InputChannel::Limits{},
                                          InputChannel::Requests{[failed](InputChannel::Clock::time_point) {
                                                                     if (!failed->exchange(true))
                                                                         throw std::runtime_error("something broke");
                                                                 },
                                                                 {}});
}

void check_has_failed(Connection& connection) {
    REQUIRE(eventually([&] { return connection.status().state == ConnectionState::failed; }));
    const ConnectionStatus status = connection.status();
    CHECK(status.state_reason.find("internal error: something broke") != std::string::npos);
    CHECK(status.last_error.find("internal error: something broke") != std::string::npos);
    CHECK(connection.send(text_message("too late")) == SendOutcome::failed);
    CHECK(close_and_wait(connection));
    CHECK(connection.status().state == ConnectionState::failed);
}

TEST_CASE("websocket: an exception between sessions fails the client") {
    FailingNetwork network;
    network.observer.fails_at = "connected";
    auto server = network.good.serve();
    auto client = network.client(*server);
    client->open();
    check_has_failed(*client);
}

TEST_CASE("websocket: an exception while a client reads fails it") {
    FailingNetwork network;
    auto server = network.good.serve();
    auto client = network.client(*server);
    client->add_input(TableStream::messages, failing_channel());
    client->open();
    REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
    CHECK(server->send(text_message("hello", "c1")) == SendOutcome::accepted);
    check_has_failed(*client);
}

TEST_CASE("websocket: an exception while a client writes fails it") {
    FailingNetwork network;
    auto server = network.good.serve();
    auto client = network.client(*server);
    client->open();
    REQUIRE(eventually([&] { return client->status().state == ConnectionState::connected; }));
    REQUIRE(eventually([&] { return clients_of(*server) == 1; }));
    network.observer.fails_at_change = true;
    CHECK(client->send(text_message("hello")) == SendOutcome::accepted);
    check_has_failed(*client);
}

TEST_CASE("websocket: an exception of the listener fails the server") {
    FailingNetwork network;
    network.observer.fails_at = "listening";
    auto server = network.server();
    server->open();
    check_has_failed(*server);
}

TEST_CASE("websocket: an exception in a session of a server ends that session alone") {
    FailingNetwork network;
    SUBCASE("when its client is let in") { network.observer.fails_at = "client_connected"; }
    SUBCASE("when a message is delivered") {}
    auto server = network.server();
    if (network.observer.fails_at.empty()) server->add_input(TableStream::messages, failing_channel());
    server->open();
    REQUIRE(eventually([&] { return server->status().state == ConnectionState::listening; }));
    auto client = network.good.connect(*server);
    CHECK(client->send(text_message("hello")) == SendOutcome::accepted);
    REQUIRE(eventually([&] { return network.observer.recorded.count("internal_error") == 1; }));
    CHECK(network.observer.recorded.last("internal_error").find("internal error: something broke") !=
          std::string::npos);
    CHECK(eventually([&] { return client->status().reconnect_count == 1 && clients_of(*server) == 1; }));
    const ConnectionStatus status = server->status();
    CHECK(status.state == ConnectionState::listening);
    CHECK(status.errors == 1);
    CHECK(status.last_error.find("internal error: something broke") != std::string::npos);
    CHECK(close_and_wait(*client));
    CHECK(close_and_wait(*server));
    CHECK(server->status().state == ConnectionState::closed);
}

}  // namespace
}  // namespace laminar
