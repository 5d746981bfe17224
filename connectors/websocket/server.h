#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_factory.h"
#include "connectors/websocket/options.h"

namespace laminar {

/// A WebSocket connection in server mode: listens, and serves every client that comes.
/// Messages go to the client in OutgoingMessage::client_id. Without one they go to every client if broadcast = true
/// (accepted and counted as dropped when there is none), and nowhere otherwise (no_such_client).
/// With slow_client = 'block' a broadcast goes to all clients or, while one of them has a full queue, to none (full).
class WebSocketServer final : public Connection {
public:
    WebSocketServer(std::string name, std::shared_ptr<const WebSocketOptions> options,
                    const ConnectionContext& context);
    ~WebSocketServer() override;

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) override;
    void remove_input(const std::shared_ptr<InputChannel>& channel) override;
    void open() override;
    void close(std::chrono::milliseconds deadline, std::function<void()> done) override;
    void pause() override;
    void resume() override;
    SendOutcome send(OutgoingMessage message) override;
    [[nodiscard]] bool send_queue_empty() const override;
    [[nodiscard]] ConnectionStatus status() const override;
    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
