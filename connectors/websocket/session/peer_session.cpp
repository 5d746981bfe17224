#include "connectors/websocket/session/peer_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "connectors/delivery/last_answers.h"
#include "connectors/net/exception_text.h"
#include "connectors/websocket/frames/stream_error.h"
#include "connectors/websocket/options/stream_settings.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace net = boost::asio;

namespace {
/// How long the end of a connection waits for what was received before it to be processed and answered.
constexpr std::chrono::milliseconds last_answers_time{3'000};
/// For a counter that one thread at a time adds to: without a locked instruction, which would wait for all that was
/// written before. Returns the sum.
std::uint64_t add_alone(std::atomic<std::uint64_t>& counter, std::uint64_t count) noexcept {
    const std::uint64_t sum = counter.load(std::memory_order_relaxed) + count;
    counter.store(sum, std::memory_order_relaxed);
    return sum;
}
}  // namespace

PeerSession::PeerSession(MessageStream& stream, const Environment& environment,
                         std::shared_ptr<const MessageOrigin> origin)
    : stream_(stream),
      environment_(environment),
      writer_event_(stream.executor()),
      reader_event_(stream.executor()),
      heartbeat_event_(stream.executor()),
      silence_event_(stream.executor()),
      opening_event_(stream.executor()),
      close_event_(stream.executor()),
      children_event_(stream.executor()),
      last_words_event_(stream.executor()),
      proof_event_(stream.executor()),
      intake_(environment.options),
      redelivers_(environment.options.delivery == DeliveryGuarantee::at_least_once),
      pong_(environment.options.pong_message ? std::optional<ExpectedMessage>(*environment.options.pong_message)
                                             : std::nullopt),
      opened_(environment.opening == nullptr || environment.opening->is_over()),
      heartbeat_interval_(environment.options.heartbeat_interval) {
    message_.origin = std::move(origin);
}

net::awaitable<SessionEnding> PeerSession::run() {
    // Nothing may leave this function while a child runs: they refer to this object.
    try {
        start_children();
        co_await read_messages();
    } catch (...) {
        break_down(std::current_exception());
    }
    try {
        co_await part();
    } catch (...) {
        break_down(std::current_exception());
    }
    stopping_ = true;
    while (running_children_ > 0) {
        wake_children();
        co_await children_event_.wait();
    }
    confirm_sent();
    // The answer to our close frame comes when all before it has been read.
    if (stream_.close_answers_ours() && stream_.close_code() == requested_code_) note_all_read();
    const std::uint64_t in_doubt = proof_.in_doubt();
    const std::size_t to_send_again = environment_.outbound.restore(redelivers_ ? in_doubt : 0);
    environment_.inputs.flush();

    SessionEnding ending;
    ending.close_code = stream_.close_code();
    ending.by_us = close_requested_ && cause_.empty();
    ending.orderly = cause_.empty() && (ending.close_code != 0 || close_requested_);
    ending.confirmed = opened_;
    ending.opening_failed = opening_failed_;
    ending.in_doubt = redelivers_ ? 0 : in_doubt;
    ending.to_send_again = to_send_again;
    ending.connection_failure = connection_failure_;
    ending.is_internal = is_internal_;
    if (!cause_.empty()) {
        ending.description = cause_;
    } else if (ending.close_code != 0) {
        ending.description = fmt::format("closed with code {}", ending.close_code);
        const std::string reason = stream_.close_reason();
        if (!reason.empty()) ending.description += " (" + reason + ")";
    } else {
        ending.description = "closed";
    }
    co_return ending;
}

void PeerSession::start_children() {
    environment_.outbound.set_wake([event = writer_event_] { event.post(); });
    // Beast calls it in the midst of its own work, from which no exception finds the way to whoever waits.
    stream_.set_on_pong([this](std::string_view payload) {
        try {
            note_pong(payload);
        } catch (...) {
            break_down(std::current_exception());
        }
    });
    const auto start = [this](net::awaitable<void> child) {
        ++running_children_;
        try {
            net::co_spawn(stream_.executor(), std::move(child), [this](const std::exception_ptr& exception) {
                --running_children_;
                if (exception) break_down(exception);
                children_event_.notify();
            });
        } catch (...) {
            --running_children_;
            throw;
        }
    };
    start(write_messages());
    start(send_heartbeats());
    start(watch_for_silence());
    start(watch_opening());
    start(enforce_close_deadline());
    start(prove_delivery());
}

/// After reading has ended: the last words, both ways.
net::awaitable<void> PeerSession::part() {
    hearing_over_ = true;
    wake_children();
    if (stream_.stop_listening()) co_await let_answers_leave();
    stopping_ = true;
    environment_.outbound.set_wake({});
    writer_event_.notify();
    stream_.say_goodbye();
    // The writer may be in the middle of a close handshake or of a flush to a peer that does not read: the farewell
    // below has its own limit, and ends them.
    co_await stream_.shut_down(farewell_time);
    close_event_.notify();
}

void PeerSession::wake_children() const {
    for (const StrandEvent* event :
         {&writer_event_, &heartbeat_event_, &silence_event_, &opening_event_, &proof_event_, &close_event_}) {
        event->notify();
    }
}

void PeerSession::break_down(const std::exception_ptr& exception) {
    is_internal_ = true;
    cause_ = "internal error: " + exception_text(exception);
    end(cause_);
}

void PeerSession::request_close(std::uint16_t code, std::string reason, std::chrono::milliseconds deadline) {
    if (stopping_) return;
    if (!close_requested_) {
        close_requested_ = true;
        requested_code_ = code;
        requested_reason_ = std::move(reason);
    }
    close_deadline_ = std::min(close_deadline_, Clock::now() + deadline);
    writer_event_.notify();
    reader_event_.notify();
    close_event_.notify();
}

std::function<void()> PeerSession::overrun_signal() const {
    return [overrun = overrun_, event = close_event_] {
        if (!overrun->exchange(true)) event.post();
    };
}

void PeerSession::fail(const std::string& reason) {
    if (stopping_ || connection_failure_) return;
    connection_failure_ = reason;
    cause_ = reason;
    request_close(1008, "too many errors", last_answers_time + farewell_time);
}

void PeerSession::abort(const std::string& reason) { end(reason); }

void PeerSession::end(const std::string& description) {
    if (cause_.empty() && !stopping_) cause_ = description;
    stream_.abort();
    reader_event_.notify();
    writer_event_.notify();
    last_words_event_.notify();
}

/// What waits for nothing but its proof has left.
bool PeerSession::all_has_left() const {
    const OutboundQueue& outbound = environment_.outbound;
    return redelivers_ ? unconfirmed_.empty() && !outbound.has_waiting(sendable()) : outbound.is_done(sendable());
}

net::awaitable<void> PeerSession::let_answers_leave() {
    LastAnswers answers(environment_.inputs, environment_.outbound,
                        std::min(Clock::now() + last_answers_time, close_deadline_));
    // It may have been called while the stream was already closed to Beast, and not yet open to it again.
    writer_event_.notify();
    while (stream_.is_open() && Clock::now() < answers.due()) {
        if (answers.may_come()) {
            co_await answers.wait(last_words_event_);
        } else if (!all_has_left()) {
            co_await last_words_event_.wait_until(answers.due());
        } else {
            break;
        }
    }
}

net::awaitable<void> PeerSession::read_messages() {
    note_arrival();  // Of messages that came along with the handshake.
    for (;;) {
        boost::system::error_code error;
        if (connection_failure_) {
            stream_.release_message();
            error = co_await stream_.read();  // Nothing is delivered any more; this waits for the close handshake.
        } else if (!deliver_buffered(error)) {
            environment_.inputs.flush();
            // A peer that asks and takes no answer is not asked for more.
            if (answers_pile_up()) error = co_await stream_.flush();
            if (!error) error = co_await stream_.read();
            note_arrival();
        }
        if (error) {
            if (!is_closed_by_peer(error) && !close_requested_ && cause_.empty()) {
                cause_ = describe_stream_error(error);
                if (is_protocol_violation(error)) {
                    environment_.journal.messages_failed.fetch_add(1, std::memory_order_relaxed);
                }
            }
            co_return;
        }
        if (connection_failure_) continue;
        if (environment_.inputs.must_wait(view_)) co_await wait_for_room();
        if (connection_failure_) continue;
        deliver();
    }
}

bool PeerSession::deliver_buffered(boost::system::error_code& error) {
    InputFanout::Turn turn(environment_.inputs, view_);
    while (!connection_failure_ && !answers_pile_up() && stream_.read_buffered(error)) {
        if (error || !turn.go_on()) return true;
        deliver();
    }
    return false;
}

net::awaitable<void> PeerSession::wait_for_room() {
    environment_.inputs.flush();
    stalled_ = true;
    ++stall_count_;
    // The message in hand is delivered even when the connection is closing: it has been received.
    while (environment_.inputs.must_wait(view_) && !close_requested_ && cause_.empty()) {
        environment_.inputs.wake_when_ready(reader_event_);
        co_await reader_event_.wait();
    }
    stalled_ = false;
    last_message_ = Clock::now();
}

/// One reading of the clocks for all that lies in the receive buffer.
void PeerSession::note_arrival() {
    received_at_ = utc_now();
    last_message_ = Clock::now();
}

void PeerSession::deliver() {
    ++messages_;
    message_.payload = stream_.message();
    message_.binary = stream_.message_is_binary();
    message_.received_at = received_at_;
    message_.wire_size = message_.payload.size();
    // Without pings a message is the best sign there is.
    if (environment_.options.heartbeat_interval.count() <= 0 && !redelivers_) note_all_read();
    std::optional<MessageError> error = intake_.read(message_.payload, message_.binary);
    if (!error && intake_.awaits_more()) return stream_.release_message();
    if (error || !is_own(message_.payload)) {
        message_.sequence = count_received(message_.wire_size);
        connection_failure_ = error ? environment_.inputs.refuse(message_, std::move(*error))
                                    : environment_.inputs.deliver(message_, view_);
        if (!error && environment_.on_message) environment_.on_message(message_.payload);
    }
    if (intake_.is_broken()) abort("the compressed stream is damaged: what comes after it cannot be read");
    intake_.release();
    stream_.release_message();
    if (const std::optional<std::string> failure = std::exchange(connection_failure_, std::nullopt)) fail(*failure);
}

bool PeerSession::is_own(std::string_view payload) {
    // Changes that are none to any row.
    if (payload.empty() && is_change(environment_.options.format)) return true;
    if (pong_ && pong_->matches(payload)) return true;
    if (!opened_ && is_of_opening(payload)) return true;
    return environment_.replies && answer(payload);
}

std::uint64_t PeerSession::count_received(std::size_t size) {
    ConnectionJournal& journal = environment_.journal;
    journal.last_message_at.store(received_at_, std::memory_order_relaxed);
    PeerTraffic* traffic = environment_.traffic;
    if (traffic == nullptr) {  // A client: nobody else counts.
        add_alone(journal.bytes_received, size);
        return add_alone(journal.messages_received, 1);
    }
    add_alone(traffic->messages_received, 1);
    add_alone(traffic->bytes_received, size);
    traffic->last_message_at.store(received_at_, std::memory_order_relaxed);
    journal.bytes_received.fetch_add(size, std::memory_order_relaxed);
    return journal.messages_received.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace laminar
