#include "connectors/blackhole/blackhole_connection.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/net/io_runtime.h"

namespace laminar {

namespace {

class BlackholeConnection final : public Connection {
public:
    BlackholeConnection(const ConnectionObject& definition, const ConnectionContext& context)
        : io_(context.io.context()),
          journal_(definition.name, std::string(definition.connector->name), context.secrets, context.observer) {}

    void add_input(TableStream /*stream*/, std::shared_ptr<InputChannel> channel) override { channel->finish(); }
    void remove_input(const std::shared_ptr<InputChannel>& /*channel*/) override {}

    void open() override {
        if (journal_.state() == ConnectionState::connected) return;
        journal_.set_connected_since(utc_now());
        journal_.set_state(ConnectionState::connected);
        journal_.changed();
    }

    void close(std::chrono::milliseconds /*deadline*/, std::function<void()> done) override {
        journal_.set_state(ConnectionState::closed);
        journal_.changed();
        if (done) boost::asio::post(io_, std::move(done));
    }

    void pause() override {}
    void resume() override {}

    SendOutcome send(OutgoingMessage message) override {
        journal_.messages_sent.fetch_add(1, std::memory_order_relaxed);
        journal_.bytes_sent.fetch_add(message.byte_size(), std::memory_order_relaxed);
        journal_.last_message_at.store(utc_now(), std::memory_order_relaxed);
        return SendOutcome::accepted;
    }

    [[nodiscard]] UnsentMessages unsent() const override { return {}; }
    [[nodiscard]] ConnectionStatus status() const override { return journal_.status(); }

    void test(std::chrono::milliseconds /*timeout*/,
              std::function<void(std::vector<ConnectionTestStep>)> done) override {
        boost::asio::post(io_, [done = std::move(done)] { done({{"discard", true, {}, "nothing can fail"}}); });
    }

private:
    boost::asio::io_context& io_;
    ConnectionJournal journal_;
};

}  // namespace

std::unique_ptr<Connection> make_blackhole_connection(const ConnectionObject& definition,
                                                      const ConnectionContext& context) {
    return std::make_unique<BlackholeConnection>(definition, context);
}

}  // namespace laminar
