#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/net/io_runtime.h"
#include "connectors/websocket/client/client.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/server/server.h"

namespace laminar {

/// Looks again and again until it holds; false when it does not within a generous limit.
[[nodiscard]] bool eventually(const std::function<bool()>& holds,
                              std::chrono::milliseconds limit = std::chrono::seconds(30));

class RecordingObserver final : public ConnectionObserver {
public:
    void log(ConnectionLogEntry entry) override;
    void gap(const ConnectionGap& gap) override;
    void changed() override {}
    /// The last state of every gap, oldest first.
    [[nodiscard]] std::vector<ConnectionGap> gaps() const;
    [[nodiscard]] std::vector<ConnectionLogEntry> entries() const;
    [[nodiscard]] std::size_t count(const std::string& event) const;
    /// The message of the last such event; empty when there was none.
    [[nodiscard]] std::string last(const std::string& event) const;

private:
    mutable std::mutex mutex_;
    std::vector<ConnectionLogEntry> entries_;
    std::vector<ConnectionGap> gaps_;
};

/// A consumer of text messages: one column with the payload.
class TextConsumer {
public:
    explicit TextConsumer(std::size_t limit = 1000);
    [[nodiscard]] const std::shared_ptr<InputChannel>& channel() const { return channel_; }
    /// Takes what is there; all messages taken so far.
    const std::vector<std::string>& take();
    [[nodiscard]] bool has(std::size_t count) { return take().size() >= count; }

private:
    std::shared_ptr<InputChannel> channel_;
    std::vector<std::string> messages_;
};

/// What connections need, with servers and clients of the test on it.
struct NetworkFixture {
    IoRuntime io{2};
    SecretResolver secrets;
    RecordingObserver observer;

    [[nodiscard]] ConnectionContext context() { return {io, secrets, observer}; }
    std::unique_ptr<Connection> serve(const WebSocketOptions& options = server_options());
    std::unique_ptr<Connection> connect(const WebSocketOptions& options);
    std::unique_ptr<Connection> connect(const Connection& server);

    static WebSocketOptions server_options();
    static WebSocketOptions client_options(std::uint16_t port, const std::string& path = "/");
};

[[nodiscard]] OutgoingMessage text_message(const std::string& text, const std::string& client_id = {});
/// Closes and waits for it; false when done was not called in time.
[[nodiscard]] bool close_and_wait(Connection& connection,
                                  std::chrono::milliseconds deadline = std::chrono::seconds(10));
[[nodiscard]] std::vector<ConnectionTestStep> test_and_wait(Connection& connection);

/// Clients that a server has now.
[[nodiscard]] std::int64_t clients_of(const Connection& server);

}  // namespace laminar
