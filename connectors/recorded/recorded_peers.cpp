#include "connectors/recorded/recorded_peers.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/codec/binary/payload_translator.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/registry/connections.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// How often a full or busy consumer is asked again: it has no way to tell a thread.
constexpr std::chrono::microseconds look_every{200};
constexpr std::chrono::minutes patience{1};

template <class Condition>
bool wait_until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(look_every);
    }
    return true;
}

}  // namespace

/// Stands for a declared connection of any connector. Decoding, errors and dead letters are as with a real one.
class RecordedConnection final : public Connection {
public:
    RecordedConnection(RecordedPeers& peers, const ConnectionObject& definition, const ConnectionContext& context,
                       bool finished)
        : peers_(peers),
          options_(delivery_options(definition)),
          format_(connection_input_options(definition, context.secrets).decoder.format),
          translator_(connector_of(definition).payload_translator(*definition.options)),
          journal_(definition.name, definition.connector ? std::string(definition.connector->name) : std::string(),
                   context.secrets, context.observer),
          inputs_(journal_, options_),
          origin_(std::make_shared<const MessageOrigin>(MessageOrigin{.connection_name = definition.name})),
          finished_(finished) {}
    ~RecordedConnection() override { peers_.forget(*this); }

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override {
        const std::shared_ptr<InputChannel> added = channel;
        inputs_.add(stream, std::move(channel));
        if (finished_) added->finish();
    }
    void remove_input(const std::shared_ptr<InputChannel>& channel) override { inputs_.remove(channel); }

    void open() override {
        if (journal_.state() != ConnectionState::idle) return;
        journal_.set_state(ConnectionState::connected);
        journal_.changed();
    }
    void close(std::chrono::milliseconds, std::function<void()> done) override {
        journal_.set_state(ConnectionState::closed);
        done();
    }
    void pause() override { inputs_.set_paused(true); }
    void resume() override { inputs_.set_paused(false); }

    SendOutcome send(OutgoingMessage message) override {
        ++journal_.messages_sent;
        journal_.bytes_sent += message.payload->size();
        peers_.keep(journal_.name(), *message.payload);
        return SendOutcome::accepted;
    }
    [[nodiscard]] UnsentMessages unsent() const override { return {}; }

    [[nodiscard]] ConnectionStatus status() const override {
        ConnectionStatus status = journal_.status();
        status.pending_messages = inputs_.pending_messages();
        return status;
    }

    void end_cycle(const ProcessingReport& report) override {
        const std::optional<std::string> failure =
            inputs_.end_cycle(report, [this](OutgoingMessage message) { return send(std::move(message)); });
        if (failure) fail(*failure);
    }

    void test(std::chrono::milliseconds, std::function<void(std::vector<ConnectionTestStep>)> done) override {
        done({{"recorded", true, {}, "nothing is opened in a test"}});
    }

    RecordedPeers::Delivery deliver(std::string_view payload, std::int64_t received_at, bool binary) {
        if (journal_.state() != ConnectionState::connected) return RecordedPeers::Delivery::not_open;
        if (inputs_.must_wait(view_)) {
            inputs_.flush();
            if (!wait_until([&] { return !inputs_.must_wait(view_); })) return RecordedPeers::Delivery::not_taken;
        }
        Message message;
        message.payload = payload;
        message.binary = binary;
        message.received_at = received_at;
        message.wire_size = payload.size();
        message.sequence = ++sequence_;
        message.origin = origin_;
        ++journal_.messages_received;
        journal_.bytes_received += payload.size();
        journal_.last_message_at = received_at;
        std::optional<MessageError> error = translator_ && translator_->is_needed()
                                                ? translator_->translate(payload, message.payload, binary)
                                                : std::nullopt;
        // Changes that are none to any row.
        if (!error && message.payload.empty() && is_change(format_)) return RecordedPeers::Delivery::done;
        const std::optional<std::string> failure =
            error ? inputs_.refuse(message, std::move(*error)) : inputs_.deliver(message, view_);
        if (translator_) translator_->release();
        if (failure) fail(*failure);
        return RecordedPeers::Delivery::done;
    }

    bool wait_until_taken() {
        inputs_.flush();
        return wait_until([&] { return inputs_.pending_messages() == 0; });
    }

    void finish() {
        finished_ = true;
        inputs_.flush();
        inputs_.finish();
        journal_.set_finished(true);
        journal_.changed();
    }

    [[nodiscard]] const std::string& name() const noexcept { return journal_.name(); }

private:
    void fail(const std::string& reason) {
        journal_.error("failed", reason);
        journal_.set_state(ConnectionState::failed);
        journal_.changed();
    }

    RecordedPeers& peers_;
    const DeliveryOptions options_;
    const MessageFormat format_;
    const std::shared_ptr<PayloadTranslator>
        translator_;  ///< Null: there is nothing to translate. Of the thread that delivers.
    ConnectionJournal journal_;
    InputFanout inputs_;
    InputFanout::View view_;  ///< Of the thread that delivers.
    const std::shared_ptr<const MessageOrigin> origin_;
    std::uint64_t sequence_ = 0;
    std::atomic<bool> finished_;
};

std::unique_ptr<Connection> RecordedPeers::make(const ConnectionObject& definition, const ConnectionContext& context) {
    bool finished = false;
    {
        const MutexLock lock(mutex_);
        finished = finished_;
    }
    auto connection = std::make_unique<RecordedConnection>(*this, definition, context, finished);
    if (finished) connection->finish();
    const MutexLock lock(mutex_);
    connections_[fold_case(definition.name)] = connection.get();
    return connection;
}

RecordedPeers::Delivery RecordedPeers::deliver(std::string_view connection, std::string_view payload,
                                               std::int64_t received_at, bool binary) {
    RecordedConnection* target = find(connection);
    return target ? target->deliver(payload, received_at, binary) : Delivery::not_open;
}

bool RecordedPeers::wait_until_taken(std::string_view connection) {
    RecordedConnection* target = find(connection);
    return !target || target->wait_until_taken();
}

void RecordedPeers::finish() {
    std::vector<RecordedConnection*> connections;
    {
        const MutexLock lock(mutex_);
        finished_ = true;
        for (const auto& [name, connection] : connections_) connections.push_back(connection);
    }
    for (RecordedConnection* connection : connections) connection->finish();
}

std::vector<std::string> RecordedPeers::sent(std::string_view connection) const {
    const MutexLock lock(mutex_);
    const auto found = sent_.find(fold_case(connection));
    return found == sent_.end() ? std::vector<std::string>() : found->second;
}

void RecordedPeers::keep(const std::string& connection, const std::string& payload) {
    if (on_send) on_send(connection, payload);
    const MutexLock lock(mutex_);
    sent_[fold_case(connection)].push_back(payload);
}

void RecordedPeers::forget(const RecordedConnection& connection) {
    const MutexLock lock(mutex_);
    std::erase_if(connections_, [&](const auto& entry) { return entry.second == &connection; });
}

RecordedConnection* RecordedPeers::find(std::string_view connection) const {
    const MutexLock lock(mutex_);
    const auto found = connections_.find(fold_case(connection));
    return found == connections_.end() ? nullptr : found->second;
}

}  // namespace laminar
