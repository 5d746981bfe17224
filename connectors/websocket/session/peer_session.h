#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/container/deque.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/delivery/outbound_queue.h"
#include "connectors/net/strand_event.h"
#include "connectors/rows/message.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/session/delivery_proof.h"
#include "connectors/websocket/session/expected_message.h"
#include "connectors/websocket/session/opening.h"
#include "connectors/websocket/session/payload_intake.h"
#include "connectors/websocket/session/peer_traffic.h"
#include "connectors/websocket/session/reply_rules.h"
#include "connectors/websocket/session/text_sender.h"

namespace laminar {

/// How an established WebSocket connection ended.
struct SessionEnding {
    bool orderly = false;                           ///< By a close frame of either side, or because we were asked to.
    bool by_us = false;                             ///< We were asked to close.
    std::uint16_t close_code = 0;                   ///< Of the peer's close frame.
    bool confirmed = true;                          ///< What was to be said first has been said, or nothing was.
    bool opening_failed = false;                    ///< That is why it ended.
    std::string description;                        ///< In words.
    std::uint64_t in_doubt = 0;                     ///< Messages sent of which nobody knows whether the peer got them,
    std::uint64_t to_send_again = 0;                ///< and others that the next session will send again.
    std::optional<std::string> connection_failure;  ///< Why the whole connection must fail, if it must.
    bool is_internal = false;                       ///< An exception of our own ended it.
};

/// Runs one established WebSocket connection, of either role, from handshake to end: reads into the fan-out with
/// backpressure, writes the outbound queue, keeps watch over the peer. Belongs to the strand of its stream; borrows
/// everything, all of which must outlive run().
class PeerSession {
public:
    struct Environment {
        InputFanout& inputs;
        OutboundQueue& outbound;
        ConnectionJournal& journal;
        const WebSocketOptions& options;
        TextSender& texts;               ///< Of the options: heartbeats and answers.
        std::int64_t session = 0;        ///< Its number.
        PeerTraffic* traffic = nullptr;  ///< Counts along with the journal, if given.
        /// Told every message that has been handed on.
        std::function<void(std::string_view)> on_message = {};
        /// What is to be said first: until it is over nothing of the queue is sent, and when it fails the session ends.
        /// Null: nothing.
        Opening* opening = nullptr;
        std::function<void()> on_opened = {};                 ///< It is over.
        std::function<void()> on_progress = {};               ///< It has gone on.
        std::shared_ptr<const ReplyRules> replies = nullptr;  ///< Null: no message is answered.
    };

    PeerSession(MessageStream& stream, const Environment& environment, std::shared_ptr<const MessageOrigin> origin);

    /// Returns when the connection has ended and nothing of it runs any more.
    boost::asio::awaitable<SessionEnding> run();

    /// Sends what is queued, then a close frame; abandons both when the time is up.
    void request_close(std::uint16_t code, std::string reason, std::chrono::milliseconds deadline);
    /// To be called, from any thread and at any time, when the peer's queue has overrun: ends the connection.
    [[nodiscard]] std::function<void()> overrun_signal() const;
    /// Closes because the whole connection must fail: nothing more is delivered.
    void fail(const std::string& reason);
    /// Ends at once. reason describes the ending.
    void abort(const std::string& reason);

private:
    using Clock = std::chrono::steady_clock;
    /// How long the last bytes get to reach the peer, and the peer to close after a close handshake.
    static constexpr std::chrono::milliseconds farewell_time{1'000};

    void start_children();
    void wake_children() const;
    boost::asio::awaitable<void> read_messages();
    /// Delivers what lies whole in the receive buffer. True: it stopped with a message in hand that cannot be delivered
    /// yet, or with an error.
    bool deliver_buffered(boost::system::error_code& error);
    boost::asio::awaitable<void> wait_for_room();
    /// Until the answers to what has been delivered so far have been sent.
    boost::asio::awaitable<void> let_answers_leave();
    boost::asio::awaitable<void> write_messages();

    // peer_session_watching.cpp
    boost::asio::awaitable<void> send_heartbeats();
    boost::asio::awaitable<void> watch_for_silence();
    boost::asio::awaitable<void> watch_opening();
    boost::asio::awaitable<void> enforce_close_deadline();
    /// A question whether the peer is still there.
    struct Probe {
        std::uint64_t received = 0;  ///< When it was asked, as the next three.
        std::uint64_t sent = 0;
        std::uint64_t messages = 0;
        std::uint64_t stalls = 0;
        bool congested = false;
        Clock::time_point due;
    };
    [[nodiscard]] Probe begin_probe() const;
    [[nodiscard]] bool is_answered(const Probe& probe) const;
    /// Nothing that has to do with hearing from the peer matters any more.
    [[nodiscard]] bool ending() const noexcept { return stopping_ || hearing_over_; }

    // peer_session_sending.cpp, with write_messages.
    /// Of what is queued, what may be sent now: all, or what belongs to this session alone.
    [[nodiscard]] std::optional<std::int64_t> sendable() const;
    bool fill_send_buffer();
    void confirm_sent();
    void release(std::uint64_t count);
    /// Another sign of life: what has been sent until now has arrived.
    void note_all_read();
    void note_pong(std::string_view payload);
    [[nodiscard]] bool all_has_left() const;
    void ping();
    boost::asio::awaitable<void> prove_delivery();

    void note_arrival();
    void deliver();
    /// Returns the number of the message on this connection.
    std::uint64_t count_received(std::size_t size);
    /// Whether a message is the connection's own business, and no row.
    bool is_own(std::string_view payload);
    bool is_of_opening(std::string_view payload);
    /// After the opening has gone on, or failed.
    void note_opening();
    void learn_heartbeat_interval(std::string_view payload);
    /// Closes because what was to be said first has failed.
    void fail_opening(const std::string& reason, const std::string& farewell);
    bool answer(std::string_view payload);
    [[nodiscard]] bool answers_pile_up() const { return environment_.replies && unsent_answers_are_many(); }
    [[nodiscard]] bool unsent_answers_are_many() const;
    void end(const std::string& description);
    /// Ends because of what escaped from one of its tasks.
    void break_down(const std::exception_ptr& exception);
    boost::asio::awaitable<void> part();

    MessageStream& stream_;
    Environment environment_;
    StrandEvent writer_event_;
    StrandEvent reader_event_;
    StrandEvent heartbeat_event_;
    StrandEvent silence_event_;
    StrandEvent opening_event_;
    StrandEvent close_event_;
    StrandEvent children_event_;
    StrandEvent last_words_event_;  ///< Wakes whoever lets the last answers leave.
    StrandEvent proof_event_;
    const std::shared_ptr<std::atomic<bool>> overrun_ = std::make_shared<std::atomic<bool>>(false);

    PayloadIntake intake_;
    boost::container::deque<std::pair<std::uint64_t, std::size_t>>
        unconfirmed_;  ///< End in the byte stream, payload size.
    DeliveryProof proof_;
    Clock::time_point last_ping_ = Clock::now();
    const bool redelivers_;  ///< Messages stay in the queue until they are proven.
    InputFanout::View view_;
    Message message_;  ///< The one at hand; its origin stays.
    std::int64_t received_at_ = 0;
    Clock::time_point last_message_ = Clock::now();
    const std::optional<ExpectedMessage> pong_;
    std::uint64_t messages_ = 0;  ///< Of any kind, so far.
    bool opened_;                 ///< What is said first has been said.
    bool opening_failed_ = false;
    std::chrono::milliseconds heartbeat_interval_;  ///< 0: no heartbeats, unless the peer asks for some.
    MessageMatcher::Look look_;
    bool stalled_ = false;  ///< Not reading on purpose.
    std::uint64_t stall_count_ = 0;
    bool hearing_over_ = false;  ///< The reader has ended; the writer may still send answers.
    bool stopping_ = false;      ///< All others follow.
    int running_children_ = 0;
    bool close_requested_ = false;
    std::uint16_t requested_code_ = 1000;
    std::string requested_reason_;
    Clock::time_point close_deadline_ = Clock::time_point::max();
    std::string cause_;  ///< What went wrong, if something did.
    bool is_internal_ = false;
    std::optional<std::string> connection_failure_;
};

}  // namespace laminar
