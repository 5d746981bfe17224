#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/session/reply_rules.h"

namespace laminar {

/// What a WebSocket connection is in either role: a journal, consumers of what comes in, and whether it is paused.
/// The roles add how peers come and go; their tasks run on strand_, and must have ended when a role is destroyed.
class WebSocketConnection : public Connection {
public:
    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) final;
    void remove_input(const std::shared_ptr<InputChannel>& channel) final;
    void pause() final { set_paused(true); }
    void resume() final { set_paused(false); }
    void set_passes_over(bool passes_over) final { inputs_.set_passes_over(passes_over); }
    void stop_reading() final { inputs_.set_paused(true); }
    [[nodiscard]] ConnectionStatus status() const override;
    [[nodiscard]] FramingOptions framing() const final;
    void hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) override;
    void hand_over_inputs(ConnectionHandover& handover) final;
    bool take_over(ConnectionHandover&& handover) override;
    void end_cycle(const ProcessingReport& report) final;

protected:
    WebSocketConnection(std::string name, std::shared_ptr<const WebSocketOptions> options,
                        const ConnectionContext& context);

    void begin_handover() noexcept { handing_over_.store(true); }
    /// Another connection takes its place: nothing is to be sent here any more.
    [[nodiscard]] bool handing_over() const noexcept { return handing_over_.load(); }
    [[nodiscard]] ConnectionHandover make_handover() const;
    /// The number of a session that begins now. Any thread.
    std::int64_t begin_next_session() noexcept { return last_session_.fetch_add(1) + 1; }
    /// Whether a session of this number has begun, be it over or not. Any thread.
    [[nodiscard]] bool has_been(std::int64_t session) const noexcept {
        return session > 0 && session <= last_session_.load();
    }
    /// Brings the connection into the state failed. Any thread.
    virtual void bring_down(std::string reason) = 0;

    /// Takes the secrets of the options as they are now: before each connect, and before a server opens. False after
    /// filling problem; those that it had before stay then. Belongs to strand_.
    bool take_secrets(OptionProblem& problem);

    const std::shared_ptr<const WebSocketOptions> options_;  ///< As they are written: nothing to send or to compare.
    std::shared_ptr<const WebSocketOptions> resolved_;       ///< What holds now. On strand_, once open.
    std::shared_ptr<const ReplyRules> replies_;              ///< Null where nothing is answered. On strand_, once open.
    const ConnectionContext context_;
    const boost::asio::any_io_executor strand_;
    ConnectionJournal journal_;
    InputFanout inputs_;

private:
    void set_paused(bool paused);

    std::atomic<bool> paused_{false};
    std::atomic<bool> handing_over_{false};
    std::atomic<std::int64_t> last_session_{0};
};

}  // namespace laminar
