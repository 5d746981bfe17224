#include "websocket_fixture.h"

#include <algorithm>
#include <future>
#include <thread>

#include "connectors/delivery/input_channel.h"
#include "connectors/websocket/options/facts.h"

namespace laminar {

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
    const auto due = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > due) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

void RecordingObserver::gap(const ConnectionGap& gap) {
    const std::lock_guard lock(mutex_);
    if (gaps_.empty() || gaps_.back().started_at != gap.started_at)
        gaps_.push_back(gap);
    else
        gaps_.back() = gap;
}

std::vector<ConnectionGap> RecordingObserver::gaps() const {
    const std::lock_guard lock(mutex_);
    return gaps_;
}

void RecordingObserver::log(ConnectionLogEntry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
}

std::vector<ConnectionLogEntry> RecordingObserver::entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
}

std::size_t RecordingObserver::count(const std::string& event) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [&event](const auto& entry) { return entry.event == event; }));
}

std::string RecordingObserver::last(const std::string& event) const {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(entries_.rbegin(), entries_.rend(), [&event](const auto& entry) { return entry.event == event; });
    return found == entries_.rend() ? std::string() : found->message;
}

TextConsumer::TextConsumer(std::size_t limit) {
    auto schema = std::make_shared<BatchSchema>();
    BatchColumn column;
    column.name = "message";
    column.type = TypeId::varchar;
    column.metadata = MetadataField::message;
    schema->columns.push_back(column);
    DecoderOptions options;
    options.format = MessageFormat::text;
    InputChannel::Limits limits;
    limits.messages = limit;
    channel_ = std::make_shared<InputChannel>(schema, make_message_decoder(options, schema), limits);
}

const std::vector<std::string>& TextConsumer::take() {
    while (std::unique_ptr<ColumnBatch> batch = channel_->take()) {
        for (std::size_t row = 0; row < batch->rows; ++row) {
            messages_.emplace_back(batch->columns.front().string_at(row));
        }
        channel_->recycle(std::move(batch));
    }
    return messages_;
}

WebSocketOptions NetworkFixture::server_options() {
    WebSocketOptions options;
    options.mode = WebSocketMode::server;
    options.format = MessageFormat::text;
    return options;
}

WebSocketOptions NetworkFixture::client_options(std::uint16_t port, const std::string& path) {
    WebSocketOptions options;
    options.mode = WebSocketMode::client;
    options.format = MessageFormat::text;
    options.endpoint = {"ws://127.0.0.1:" + std::to_string(port) + path};
    options.reconnect_interval = std::chrono::milliseconds(20);
    return options;
}

std::unique_ptr<Connection> NetworkFixture::serve(const WebSocketOptions& options) {
    auto server = make_websocket_server("server", std::make_shared<WebSocketOptions>(options), context());
    server->open();
    (void)eventually([&] { return server->port() != 0 || server->status().state == ConnectionState::failed; });
    return server;
}

std::unique_ptr<Connection> NetworkFixture::connect(const WebSocketOptions& options) {
    auto client = make_websocket_client("client", std::make_shared<WebSocketOptions>(options), context());
    client->open();
    return client;
}

std::unique_ptr<Connection> NetworkFixture::connect(const Connection& server) {
    auto client = connect(client_options(server.port()));
    (void)eventually([&] { return client->status().state == ConnectionState::connected; });
    return client;
}

OutgoingMessage text_message(const std::string& text, const std::string& client_id) {
    OutgoingMessage message;
    message.payload = std::make_shared<const std::string>(text);
    message.peer = client_id;
    return message;
}

bool close_and_wait(Connection& connection, std::chrono::milliseconds deadline) {
    const auto closed = std::make_shared<std::promise<void>>();
    auto future = closed->get_future();
    connection.close(deadline, [closed] { closed->set_value(); });
    return future.wait_for(deadline + std::chrono::seconds(20)) == std::future_status::ready;
}

std::vector<ConnectionTestStep> test_and_wait(Connection& connection) {
    const auto result = std::make_shared<std::promise<std::vector<ConnectionTestStep>>>();
    auto future = result->get_future();
    connection.test(std::chrono::seconds(10),
                    [result](std::vector<ConnectionTestStep> steps) { result->set_value(std::move(steps)); });
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) return {};
    return future.get();
}

std::int64_t clients_of(const Connection& server) {
    return std::get<std::int64_t>(server.status().details.at(WebSocketDetail::clients));
}

}  // namespace laminar
