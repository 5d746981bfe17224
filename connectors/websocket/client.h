#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_factory.h"
#include "connectors/websocket/options.h"

namespace laminar {

/// A WebSocket connection in client mode: connects, stays connected, reconnects.
/// Messages sent while it is not connected wait in a queue of send_buffer_size.
class WebSocketClient final : public Connection {
public:
    WebSocketClient(std::string name, std::shared_ptr<const WebSocketOptions> options,
                    const ConnectionContext& context);
    ~WebSocketClient() override;

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
