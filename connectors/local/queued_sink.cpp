#include "connectors/local/queued_sink.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <stdexcept>
#include <thread>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/net/io_runtime.h"

namespace laminar {

namespace net = boost::asio;

namespace {

/// The thread that writes learns of a closed pipe by EPIPE; the signal would end the program.
void block_broken_pipe_signal() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void mark_lost(const std::deque<OutgoingMessage>& messages) {
    for (const OutgoingMessage& message : messages) {
        if (message.receipt) message.receipt->lost.store(true);
    }
}

std::size_t count_of(const std::deque<OutgoingMessage>& messages) {
    std::size_t count = 0;
    for (const OutgoingMessage& message : messages) count += message.count();
    return count;
}

}  // namespace

class QueuedSink::Implementation : public std::enable_shared_from_this<QueuedSink::Implementation> {
public:
    Implementation(Settings settings, const ConnectionContext& context)
        : target_(std::move(settings.target)),
          max_messages_(std::max<std::size_t>(settings.max_messages, 1)),
          max_bytes_(std::max<std::size_t>(settings.max_bytes, 1)),
          framing_(settings.framing),
          io_(context.io.context()),
          journal_(std::move(settings.name), std::move(settings.connector), context.secrets, context.observer) {
        journal_.set_endpoint(std::move(settings.endpoint));
    }

    void open() {
        const MutexLock lock(mutex_);
        if (thread_.joinable() || closing_) return;
        thread_ = std::thread([this] { run(); });
    }

    void close(std::chrono::milliseconds deadline, std::function<void()> done) {
        bool idle = false;
        {
            const MutexLock lock(mutex_);
            closing_ = true;
            idle = !thread_.joinable() || ended_;
            if (done) when_ended_.push_back(std::move(done));
        }
        changed_.notify_all();
        if (idle) {
            net::post(io_, [self = shared_from_this()] { self->call_when_ended(); });
            return;
        }
        const auto timer = std::make_shared<net::steady_timer>(io_, deadline);
        timer->async_wait([timer, weak = weak_from_this()](const boost::system::error_code&) {
            const std::shared_ptr<Implementation> self = weak.lock();
            if (!self) return;
            self->interrupt();
            self->call_when_ended();
        });
    }

    /// Ends the thread; what is queued is lost.
    void stop() {
        {
            const MutexLock lock(mutex_);
            closing_ = true;
            abandoned_ = true;
        }
        changed_.notify_all();
        target_->interrupt();
        if (thread_.joinable()) thread_.join();
    }

    SendOutcome send(OutgoingMessage message) {
        {
            const MutexLock lock(mutex_);
            if (!failed_) {
                if (closing_ || ended_) return SendOutcome::not_connected;
                if (queue_.size() >= max_messages_ || queued_bytes_ >= max_bytes_) return SendOutcome::full;
                queued_bytes_ += message.byte_size();
                ++accepted_;
                queue_.push_back(std::move(message));
                changed_.notify_all();
                return SendOutcome::accepted;
            }
        }
        journal_.drop(message.count(), "the connection has failed");
        return SendOutcome::failed;
    }

    UnsentMessages unsent() const {
        const MutexLock lock(mutex_);
        return {count_of(queue_) + writing_, 0};
    }

    /// Before the thread begins.
    void keep_length(std::optional<std::uint64_t> recorded) {
        const std::optional<std::uint64_t> now = target_->length();
        if (!now) return;
        target_->be_durable();
        if (recorded) target_->cut_back_to(*recorded);
        length_.store(recorded.value_or(*now));
        keeps_length_.store(true);
    }

    [[nodiscard]] std::optional<std::uint64_t> written_length() const {
        return keeps_length_.load() ? std::optional(length_.load()) : std::nullopt;
    }

    [[nodiscard]] std::uint64_t accepted() const {
        const MutexLock lock(mutex_);
        return accepted_;
    }

    /// Of the first so many that were accepted.
    [[nodiscard]] Writing writing(std::uint64_t messages) const {
        const MutexLock lock(mutex_);
        if (written_ >= messages) return Writing::done;
        return ended_ ? Writing::failed : Writing::going_on;
    }

    ConnectionStatus status() const {
        ConnectionStatus status = journal_.status();
        const MutexLock lock(mutex_);
        for (const OutgoingMessage& message : queue_) status.pending_messages += message.count();
        return status;
    }

    std::vector<ConnectionTestStep> test() const {
        std::vector<ConnectionTestStep> steps = target_->test();
        for (ConnectionTestStep& step : steps) step.detail = journal_.redact(step.detail);
        return steps;
    }
    [[nodiscard]] const FramingOptions& framing() const noexcept { return framing_; }
    net::io_context& io() noexcept { return io_; }

private:
    void run() noexcept;
    void write_all(const std::deque<OutgoingMessage>& messages);
    void fail(const std::string& reason);
    void drop_queue();
    void end(ConnectionState state);

    void interrupt() {
        {
            const MutexLock lock(mutex_);
            if (ended_) return;
            abandoned_ = true;
        }
        changed_.notify_all();
        target_->interrupt();
    }

    void call_when_ended() {
        std::vector<std::function<void()>> callbacks;
        {
            const MutexLock lock(mutex_);
            callbacks.swap(when_ended_);
        }
        for (const std::function<void()>& callback : callbacks) callback();
    }

    const std::unique_ptr<MessageTarget> target_;
    const std::size_t max_messages_;
    const std::size_t max_bytes_;
    const FramingOptions framing_;
    std::atomic<bool> keeps_length_{false};
    std::atomic<std::uint64_t> length_{0};  ///< With all that is on disk.
    std::uint64_t lost_ = 0;                ///< Rows that had been taken, and did not get out. The thread's alone.
    net::io_context& io_;
    ConnectionJournal journal_;
    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::deque<OutgoingMessage> queue_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t queued_bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t writing_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< Messages that are being written.
    std::uint64_t accepted_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t written_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool closing_ LAMINAR_GUARDED_BY(mutex_) = false;    ///< Write what is queued, then end.
    bool abandoned_ LAMINAR_GUARDED_BY(mutex_) = false;  ///< End.
    bool ended_ LAMINAR_GUARDED_BY(mutex_) = false;
    bool failed_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::vector<std::function<void()>> when_ended_ LAMINAR_GUARDED_BY(mutex_);
    std::thread thread_;
};

void QueuedSink::Implementation::run() noexcept {
    block_broken_pipe_signal();
    try {
        target_->open();
        journal_.set_connected_since(utc_now());
        journal_.set_state(ConnectionState::connected);
        journal_.log("info", "connected", "writing");
        while (true) {
            std::deque<OutgoingMessage> messages;
            {
                MutexLock lock(mutex_);
                changed_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return !queue_.empty() || closing_; });
                if (abandoned_ || queue_.empty()) break;
                messages.swap(queue_);
                queued_bytes_ = 0;
                writing_ = count_of(messages);
            }
            write_all(messages);
            {
                const MutexLock lock(mutex_);
                written_ += messages.size();
                writing_ = 0;
            }
            journal_.changed();
        }
        bool abandoned = false;
        {
            const MutexLock lock(mutex_);
            abandoned = abandoned_;
        }
        if (!abandoned) target_->close();
        end(ConnectionState::closed);
    } catch (const std::exception& error) {
        fail(error.what());
    }
}

void QueuedSink::Implementation::write_all(const std::deque<OutgoingMessage>& messages) {
    const std::uint64_t out_before = target_->rows_out();
    const auto count_out = [&](std::uint64_t rows) {
        std::uint64_t bytes = 0;
        std::uint64_t counted = 0;
        for (const OutgoingMessage& message : messages) {
            if (counted + message.count() > rows) break;
            counted += message.count();
            bytes += message.byte_size();
        }
        journal_.messages_sent.fetch_add(rows);
        journal_.bytes_sent.fetch_add(bytes);
        if (rows > 0) journal_.last_message_at.store(utc_now());
    };
    const std::size_t count = count_of(messages);
    try {
        for (const OutgoingMessage& message : messages) target_->write(message);
        target_->flush();
    } catch (...) {
        const std::uint64_t out = target_->rows_out() - out_before;
        count_out(out);
        journal_.messages_dropped.fetch_add(count - out);
        lost_ += count - out;
        mark_lost(messages);
        throw;
    }
    count_out(count);
    if (!keeps_length_.load()) return;
    const std::uint64_t length = target_->length().value_or(0);
    for (const OutgoingMessage& message : messages) {
        if (message.receipt) message.receipt->end.store(length);
    }
    length_.store(length);
}

/// The target has failed: what it had taken and what waits for it is lost.
void QueuedSink::Implementation::fail(const std::string& reason) {
    if (target_->is_all_or_nothing()) {
        const std::uint64_t taken = journal_.messages_sent.exchange(0);
        journal_.messages_dropped.fetch_add(taken);
        lost_ += taken;
    }
    {
        const MutexLock lock(mutex_);
        failed_ = true;  // From here on nothing is taken: what is counted below is all.
    }
    drop_queue();
    // The count is of now, and belongs to the log: what is refused from now on adds to the counter of the status.
    journal_.set_last_error(reason);
    journal_.log(
        "error", "write_failed",
        lost_ == 0 ? reason : fmt::format("{}; {} row{} did not get out", reason, lost_, lost_ == 1 ? "" : "s"));
    end(ConnectionState::failed);
}

/// Counted before the state changes: whoever sees the end sees the losses.
void QueuedSink::Implementation::drop_queue() {
    const MutexLock lock(mutex_);
    const std::size_t dropped = count_of(queue_);
    mark_lost(queue_);
    journal_.messages_dropped.fetch_add(dropped);
    lost_ += dropped;
    queue_.clear();
    queued_bytes_ = 0;
    writing_ = 0;
}

void QueuedSink::Implementation::end(ConnectionState state) {
    drop_queue();
    // Not under the lock: observers are told, and may ask back.
    journal_.set_state(state);
    {
        const MutexLock lock(mutex_);
        ended_ = true;
        if (!abandoned_) {
            net::post(io_, [weak = weak_from_this()] {
                if (const std::shared_ptr<Implementation> self = weak.lock()) self->call_when_ended();
            });
        }
    }
    journal_.changed();
}

QueuedSink::QueuedSink(Settings settings, const ConnectionContext& context)
    : implementation_(std::make_shared<Implementation>(std::move(settings), context)) {}

QueuedSink::~QueuedSink() { implementation_->stop(); }

void QueuedSink::add_input(TableStream /*stream*/, std::shared_ptr<InputChannel> channel) { channel->finish(); }

void QueuedSink::remove_input(const std::shared_ptr<InputChannel>& /*channel*/) {}

void QueuedSink::make_ready(std::function<void(Readiness)> done) {
    test({}, [done = std::move(done)](const std::vector<ConnectionTestStep>& steps) { done(readiness_of(steps)); });
}

void QueuedSink::open() { implementation_->open(); }

void QueuedSink::close(std::chrono::milliseconds deadline, std::function<void()> done) {
    implementation_->close(deadline, std::move(done));
}

SendOutcome QueuedSink::send(OutgoingMessage message) { return implementation_->send(std::move(message)); }

UnsentMessages QueuedSink::unsent() const { return implementation_->unsent(); }

std::function<Connection::Writing()> QueuedSink::watch_writing() const {
    return [implementation = implementation_, accepted = implementation_->accepted()] {
        return implementation->writing(accepted);
    };
}

void QueuedSink::keep_length(std::optional<std::uint64_t> recorded) { implementation_->keep_length(recorded); }

std::optional<std::uint64_t> QueuedSink::written_length() const { return implementation_->written_length(); }

ConnectionStatus QueuedSink::status() const { return implementation_->status(); }

FramingOptions QueuedSink::framing() const { return implementation_->framing(); }

void QueuedSink::test(std::chrono::milliseconds /*timeout*/,
                      std::function<void(std::vector<ConnectionTestStep>)> done) {
    net::post(implementation_->io(), [self = implementation_, done = std::move(done)] { done(self->test()); });
}

}  // namespace laminar
