#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/gap_tracker.h"
#include "connectors/delivery/outbound_queue.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/reconnect_policy.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "connectors/websocket/client/client_connector.h"
#include "connectors/websocket/client/client_trial.h"
#include "connectors/websocket/client/endpoint.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/options/facts.h"
#include "connectors/websocket/session/opening.h"
#include "connectors/websocket/session/peer_session.h"
#include "connectors/websocket/session/text_sender.h"
#include "connectors/websocket/session/websocket_connection.h"

namespace laminar {

/// What make_websocket_client makes. Its members are defined by what they are about: opening, sending and closing in
/// client.cpp, attempts to connect in client_attempts.cpp, what holds while there is a connection in
/// client_session.cpp, and going on where the peer asks for it in client_following.cpp.
class WebSocketClient final : public WebSocketConnection {
public:
    WebSocketClient(std::string name, std::shared_ptr<const WebSocketOptions> options, const ConnectionContext& context)
        : WebSocketConnection(std::move(name), std::move(options), context),
          outbound_({options_->send_buffer_size, options_->buffer_bytes, options_->slow_client_timeout}),
          position_(resolved_->resume_field),
          reconnecting_(reconnect_settings(*resolved_)),
          gaps_(journal_),
          event_(strand_),
          ended_(strand_),
          tasks_([this](const std::string& what) { bring_down("internal error: " + what); }) {
        journal_.set_endpoint(shown_endpoint(options_->endpoint.front()));
    }

    ~WebSocketClient() override {
        stop_requested_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    void open() override {
        if (opened_.exchange(true)) return;
        stop_requested_.store(false);
        tasks_.spawn(strand_, run(), [this](TaskGroup::Stop) { terminate(); });
    }

    void make_ready(std::function<void(Readiness)> done) override {
        tasks_.spawn(strand_, report_readiness(std::move(done)), {});
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) override {
        stop_requested_.store(true);
        tasks_.spawn(strand_, close_within(deadline, std::move(done)), [this](TaskGroup::Stop) { terminate(); });
    }

    void hand_over(std::chrono::milliseconds deadline, std::function<void(ConnectionHandover)> done) override;
    bool take_over(ConnectionHandover&& handover) override;

    SendOutcome send(OutgoingMessage message) override;
    void forget_repeated(std::string_view key_begin) override;

    [[nodiscard]] UnsentMessages unsent() const override {
        UnsentMessages unsent = outbound_.unsent();
        unsent.waiting += inputs_.acknowledgements_due();
        return unsent;
    }

    [[nodiscard]] ConnectionStatus status() const override {
        ConnectionStatus status = WebSocketConnection::status();
        status.position = position_.current();
        status.details.resize(WebSocketDetail::count);
        if (status.state == ConnectionState::connected || status.state == ConnectionState::paused)
            status.details[WebSocketDetail::subprotocol] = subprotocol();
        return status;
    }

    void test(std::chrono::milliseconds timeout, std::function<void(std::vector<ConnectionTestStep>)> done) override {
        const boost::asio::any_io_executor strand = boost::asio::make_strand(context_.io.context());
        const auto trial = std::make_shared<ClientTrial>(strand, *options_, context_.secrets, position_);
        tasks_.spawn(strand, run_test(trial, timeout, std::move(done)), [trial](TaskGroup::Stop) { trial->abort(); });
    }

private:
    void bring_down(std::string reason) override { tasks_.spawn(strand_, fail_connection(std::move(reason)), {}); }

    /// How one attempt, and the connection it may have led to, went.
    struct Round {
        ReconnectPolicy::Ending ending;
        std::optional<std::chrono::steady_clock::time_point>
            connected_at;  ///< Absent when it did not get as far as being of use.
        bool orderly = false;
        std::string description;
        std::optional<std::string> connection_failure;  ///< The whole connection must fail because of it.
    };

    [[nodiscard]] FactValue subprotocol() const {
        const MutexLock lock(session_mutex_);
        return subprotocol_.empty() ? FactValue() : FactValue(subprotocol_);
    }
    static ReconnectPolicy::Settings reconnect_settings(const WebSocketOptions& options);
    SendOutcome enqueue(const OutgoingMessage& message);
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> keep_connected();
    boost::asio::awaitable<Round> try_endpoints();
    bool prepare(ConnectFailure& failure);
    boost::asio::awaitable<void> report_readiness(std::function<void(Readiness)> done);
    boost::asio::awaitable<Round> connect_once(std::size_t endpoint);
    void fail_attempt(const ConnectFailure& failure, const std::string& remote_address, Round& round);
    boost::asio::awaitable<SessionEnding> serve(ConnectedPeer& peer, TextSender& texts, Opening& opening,
                                                const ComputedText& endpoint, Round& round);
    boost::asio::awaitable<void> wait_to_reconnect(const Round& round, const ReconnectPolicy::Decision& decision,
                                                   std::int64_t attempt);
    boost::asio::awaitable<void> close_within(std::chrono::milliseconds deadline, std::function<void()> done);
    boost::asio::awaitable<void> run_test(std::shared_ptr<ClientTrial> trial, std::chrono::milliseconds timeout,
                                          std::function<void(std::vector<ConnectionTestStep>)> done);
    boost::asio::awaitable<void> attend(ConnectedPeer& peer, const ComputedText& url, Round& round);

    // client_following.cpp
    void note_next_url(std::string_view message);
    boost::asio::awaitable<void> follow(std::shared_ptr<const WebSocketOptions> options);
    boost::asio::awaitable<bool> awaits_next_place();
    boost::asio::awaitable<Round> go_on_elsewhere();

    [[nodiscard]] std::string gap_reason(const SessionEnding& ending) const;
    void established(const ConnectedPeer& peer, const ComputedText& endpoint, Round& round);
    void conclude(const SessionEnding& ending, const Opening& opening, const std::string& remote_address, Round& round);
    void tell(std::string_view event, const ConnectedPeer& peer, std::string reason = {}, std::uint16_t code = 0);
    /// Takes a message for all sessions to come; what is to be sent of it now: nothing before a session is through with
    /// what it says first.
    [[nodiscard]] std::optional<OutgoingMessage> keep_to_repeat(const OutgoingMessage& message)
        LAMINAR_REQUIRES(session_mutex_);
    void repeat_all();
    [[nodiscard]] std::int64_t session_number() const;
    void begin_session(std::int64_t session);
    void end_session();
    boost::asio::awaitable<void> disconnect_slow_peer();
    boost::asio::awaitable<void> fail_connection(std::string reason);
    void terminate();
    void break_down(const std::exception_ptr& exception);
    void give_up(const Round& round, const std::string& reason);
    void drop_queue();
    std::optional<std::string> judge(const std::string& description, const std::string& remote_address);

    /// A requested close still sends what is queued, as long as its deadline allows.
    [[nodiscard]] bool stopping() const {
        return terminated_ || (stop_requested_.load() && (handing_over() || outbound_.is_empty()));
    }

    OutboundQueue outbound_;
    FeedPosition position_;
    ReconnectPolicy::Settings reconnecting_;  ///< On the strand, once open.
    GapTracker gaps_;                         ///< On the strand, once open.
    StrandEvent event_;                       ///< Wakes from the wait between attempts.
    StrandEvent ended_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stop_requested_{false};
    // On the strand:
    ClientConnector* connector_ = nullptr;
    PeerSession* session_ = nullptr;
    std::size_t endpoint_ = 0;                 ///< To be tried next.
    std::vector<std::string> next_url_steps_;  ///< The path of reconnect_url_path; empty: nothing is followed.
    ComputedText next_url_;                    ///< Where the peer asks to go on.
    ClientConnector* follower_ = nullptr;      ///< While it connects there.
    bool is_following_ = false;
    std::unique_ptr<ConnectedPeer> next_peer_;  ///< It has connected there: the session ends, and it goes on with it.
    int moves_ = 0;                             ///< In a row, without a connection that lasted.
    bool is_encrypted_ = false;                 ///< The session is.
    mutable Mutex session_mutex_;
    std::int64_t current_session_ LAMINAR_GUARDED_BY(session_mutex_) = 0;  ///< 0: none.
    std::string subprotocol_ LAMINAR_GUARDED_BY(session_mutex_);           ///< Agreed on with the server; empty: none.
    /// What is sent again in every session, the oldest first; of each key one.
    std::vector<OutgoingMessage> repeated_ LAMINAR_GUARDED_BY(session_mutex_);
    bool repeats_now_ LAMINAR_GUARDED_BY(session_mutex_) = false;  ///< The session has got them.
    // On the strand:
    bool running_ = false;
    bool terminated_ = false;
    bool was_connected_ = false;                 ///< Since it was opened.
    std::optional<std::string> engine_verdict_;  ///< Why it must fail, found while its messages were processed.
    std::chrono::steady_clock::time_point close_due_ = std::chrono::steady_clock::time_point::max();
    TaskGroup tasks_;
};

}  // namespace laminar
