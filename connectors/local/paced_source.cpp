#include "connectors/local/paced_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/input_fanout.h"
#include "connectors/net/io_runtime.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace net = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {
constexpr unsigned messages_per_turn = 256;
// A source that is behind by more than this was held up; it goes on at its pace instead of rushing.
constexpr std::chrono::seconds longest_lag{1};
constexpr std::chrono::milliseconds closing_poll{20};
}  // namespace

class PacedSource::Implementation {
public:
    Implementation(Settings settings, const ConnectionContext& context)
        : source_(std::move(settings.source)),
          rate_(settings.rate),
          strand_(net::make_strand(context.io.context())),
          journal_(settings.name, std::move(settings.connector), context.secrets, context.observer),
          inputs_(journal_, input_options_),
          origin_(std::make_shared<const MessageOrigin>(MessageOrigin{.connection_name = settings.name})),
          event_(strand_),
          ended_(strand_),
          tasks_([this](const std::string& what) { journal_.error("internal_error", what); }) {
        journal_.set_endpoint(std::move(settings.endpoint));
    }

    ~Implementation() {
        stopping_.store(true);
        tasks_.stop(TaskGroup::Stop::terminal);
        tasks_.wait_empty();
    }

    void add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
        if (stream == TableStream::messages) {
            const MutexLock lock(consumers_mutex_);
            consumers_.push_back(channel.get());
            unchecked_.push_back(channel);
            has_unchecked_.store(true);
            has_consumers_.store(true);
        }
        InputChannel& input = *channel;
        inputs_.add(stream, std::move(channel));
        // Too late for a source that has ended.
        if (journal_.status().finished) input.finish();
        event_.post();
    }

    void remove_input(const std::shared_ptr<InputChannel>& channel) {
        {
            const MutexLock lock(consumers_mutex_);
            std::erase(consumers_, channel.get());
            std::erase(unchecked_, channel);
            has_consumers_.store(!consumers_.empty());
        }
        inputs_.remove(channel);
    }

    bool take_over(const std::string& position) {
        std::uint64_t had = 0;
        const auto [end, problem] = std::from_chars(position.data(), position.data() + position.size(), had);
        if (opened_.load() || problem != std::errc()) return false;
        skip_through_.store(had);
        return true;
    }

    void open() {
        if (opened_.exchange(true)) return;
        stopping_.store(false);
        tasks_.spawn(strand_, run(), [this](TaskGroup::Stop) { event_.notify(); });
    }

    void close(std::function<void()> done) {
        stopping_.store(true);
        tasks_.spawn(strand_, close_when_ended(std::move(done)), {});
    }

    void set_paused(bool paused) {
        inputs_.set_paused(paused);
        if (paused_.exchange(paused) != paused) {
            journal_.log("info", paused ? "paused" : "resumed", paused ? "reading stopped" : "reading goes on");
        }
        journal_.changed();
    }

    void stop_reading() {
        paused_.store(true);
        inputs_.set_paused(true);
    }

    void end_cycle(const ProcessingReport& report) {
        // Nothing is acknowledged, and on_error is 'continue'.
        (void)inputs_.end_cycle(report, [](const OutgoingMessage&) { return SendOutcome::failed; });
    }

    ConnectionStatus status() const {
        ConnectionStatus status = journal_.status();
        if (status.state == ConnectionState::connected && paused_.load()) status.state = ConnectionState::paused;
        status.pending_messages = inputs_.pending_messages();
        return status;
    }

    void test(std::function<void(std::vector<ConnectionTestStep>)> done) {
        tasks_.spawn(strand_, report_test(std::move(done)), {});
    }

private:
    net::awaitable<void> run();
    net::awaitable<void> deliver_all();
    net::awaitable<void> close_when_ended(std::function<void()> done);
    net::awaitable<void> report_test(std::function<void(std::vector<ConnectionTestStep>)> done);
    std::optional<std::string> deliver(const SourceMessage& taken);
    void report_if_shorter();
    void report_missing_fields();
    [[nodiscard]] Clock::time_point due(Clock::time_point start, std::uint64_t index) const;

    const DeliveryOptions input_options_;  ///< Defaults: wait for room, go on after errors.
    const std::unique_ptr<MessageSource> source_;
    const std::optional<double> rate_;
    const net::any_io_executor strand_;
    ConnectionJournal journal_;
    InputFanout inputs_;
    InputFanout::View view_;  ///< Of the thread that delivers.
    const std::shared_ptr<const MessageOrigin> origin_;
    StrandEvent event_;
    StrandEvent ended_;
    std::atomic<bool> opened_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> paused_{false};
    std::atomic<bool> has_consumers_{false};
    Mutex consumers_mutex_;
    std::vector<const InputChannel*> consumers_ LAMINAR_GUARDED_BY(consumers_mutex_);
    std::vector<std::shared_ptr<InputChannel>> unchecked_
        LAMINAR_GUARDED_BY(consumers_mutex_);  ///< Not seen by report_missing_fields.
    std::atomic<bool> has_unchecked_{false};
    std::atomic<std::uint64_t> skip_through_{0};  ///< All readers have had the messages up to this one.
    std::uint64_t position_ = 0;                  ///< Of the message taken last, from 1; on the strand, as the next.
    bool running_ = false;
    TaskGroup tasks_;
};

net::awaitable<void> PacedSource::Implementation::run() {
    running_ = true;
    std::string problem;
    try {
        source_->open();
        position_ = 0;
        journal_.set_connected_since(utc_now());
        journal_.set_state(ConnectionState::connected);
        journal_.log("info", "connected", "reading");
        co_await deliver_all();
    } catch (const std::exception& error) {
        problem = error.what();
        if (problem.empty()) problem = "reading failed";
    } catch (...) {
        problem = "reading failed for a reason that it does not tell";
    }
    if (!problem.empty()) {
        journal_.error("read_failed", problem);
        inputs_.report_connection_error(problem, *origin_);
        journal_.set_state(ConnectionState::failed);
    } else {
        journal_.set_state(ConnectionState::closed);
        journal_.log("info", "closed", "closed");
    }
    inputs_.flush();
    if (stopping_.load()) opened_.store(false);
    running_ = false;
    journal_.changed();
    ended_.notify();
}

net::awaitable<void> PacedSource::Implementation::deliver_all() {
    Clock::time_point start = Clock::now();
    std::uint64_t since_start = 0;
    unsigned in_turn = 0;
    while (!stopping_.load()) {
        if (!has_consumers_.load() || inputs_.must_wait(view_)) {
            inputs_.flush();
            if (has_consumers_.load()) inputs_.wake_when_ready(event_);
            co_await event_.wait();
            continue;
        }
        const bool is_known = position_ < skip_through_.load();
        if (rate_ && !is_known) {
            const Clock::time_point now = Clock::now();
            const Clock::time_point next_due = due(start, since_start);
            if (now < next_due) {
                inputs_.flush();
                co_await event_.wait_until(next_due);
                continue;
            }
            if (now - next_due > longest_lag) {
                start = now;
                since_start = 0;
            }
        }
        if (!source_->is_ready([event = event_] { event.post(); })) {
            inputs_.flush();
            co_await event_.wait();
            continue;
        }
        const std::optional<SourceMessage> taken = source_->next();
        report_missing_fields();
        if (!taken) {
            report_if_shorter();
            journal_.set_finished(true);
            inputs_.finish();
            co_return;
        }
        ++position_;
        if (is_known) {
            start = Clock::now();  // At its pace from where it goes on.
        } else {
            ++since_start;
            if (const std::optional<std::string> verdict = deliver(*taken)) throw std::runtime_error(*verdict);
        }
        if (++in_turn == messages_per_turn) {
            in_turn = 0;
            inputs_.flush();
            co_await net::post(strand_, net::use_awaitable);
        }
    }
}

/// What has been read of it before is not there any more: it is not the same source.
void PacedSource::Implementation::report_if_shorter() {
    const std::uint64_t had = skip_through_.load();
    if (position_ >= had) return;
    const std::string problem =
        fmt::format("{} messages of it had been processed, and now there are {}: nothing is read until there are more",
                    had, position_);
    journal_.log("warning", "source_is_shorter", problem);
    inputs_.report_connection_error(problem, *origin_);
}

std::optional<std::string> PacedSource::Implementation::deliver(const SourceMessage& taken) {
    Message message;
    message.payload = taken.payload;
    message.rows = taken.rows;
    message.row = taken.row;
    message.received_at = utc_now();
    message.wire_size = taken.payload.size();
    journal_.messages_received.fetch_add(1, std::memory_order_relaxed);
    message.sequence = position_;
    message.origin = origin_;
    journal_.bytes_received.fetch_add(taken.payload.size(), std::memory_order_relaxed);
    journal_.last_message_at.store(message.received_at, std::memory_order_relaxed);
    return taken.error ? inputs_.refuse(message, *taken.error) : inputs_.deliver(message, view_);
}

namespace {

/// By the rule of field_tree.h: in another case only a field that no other column claims.
bool may_fill(const std::string& field, const BatchColumn& column, const BatchSchema& schema) {
    const std::string& name = column.json_path.front();
    if (field == name || (!column.nested_path.empty() && field == column.nested_path.front())) return true;
    if (!column.by_name || !equals_ignoring_case(field, name)) return false;
    return std::none_of(schema.columns.begin(), schema.columns.end(), [&](const BatchColumn& other) {
        if (&other == &column || other.json_path.empty()) return false;
        const std::string& claimed = other.json_path.front();
        return claimed == field || (other.by_name && equals_ignoring_case(claimed, name));
    });
}

}  // namespace

void PacedSource::Implementation::report_missing_fields() {
    if (!has_unchecked_.exchange(false)) return;
    std::vector<std::shared_ptr<InputChannel>> channels;
    {
        const MutexLock lock(consumers_mutex_);
        channels.swap(unchecked_);
    }
    const std::optional<std::vector<std::string>> fields = source_->field_names();
    if (!fields) return;
    std::set<std::string> missing;
    for (const std::shared_ptr<InputChannel>& channel : channels) {
        for (const BatchColumn& column : channel->schema()->columns) {
            if (column.json_path.empty() || column.metadata || column.tracks_presence) continue;
            const bool found = std::any_of(fields->begin(), fields->end(), [&](const std::string& field) {
                return may_fill(field, column, *channel->schema());
            });
            if (!found) missing.insert(column.json_path.front());
        }
    }
    for (const std::string& field : missing) {
        const std::string problem =
            fmt::format("there is no column \"{}\", so it stays NULL; there are: {}", field, fmt::join(*fields, ", "));
        journal_.log("warning", "missing_column", problem);
        inputs_.report_connection_error(problem, *origin_);
    }
}

Clock::time_point PacedSource::Implementation::due(Clock::time_point start, std::uint64_t index) const {
    const std::chrono::duration<double> after(static_cast<double>(index) / *rate_);
    // A rate close to zero must not overflow the clock.
    constexpr std::chrono::duration<double> longest = std::chrono::hours(24 * 365);
    return start + std::chrono::duration_cast<Clock::duration>(std::min(after, longest));
}

net::awaitable<void> PacedSource::Implementation::close_when_ended(std::function<void()> done) {
    event_.notify();
    while (running_) co_await ended_.wait_until(Clock::now() + closing_poll);
    if (journal_.state() != ConnectionState::failed) journal_.set_state(ConnectionState::closed);
    journal_.changed();
    if (done) done();
}

net::awaitable<void> PacedSource::Implementation::report_test(
    std::function<void(std::vector<ConnectionTestStep>)> done) {
    done(source_->test());
    co_return;
}

PacedSource::PacedSource(Settings settings, const ConnectionContext& context)
    : implementation_(std::make_unique<Implementation>(std::move(settings), context)) {}

PacedSource::~PacedSource() = default;

void PacedSource::add_input(TableStream stream, std::shared_ptr<InputChannel> channel) {
    implementation_->add_input(stream, std::move(channel));
}

void PacedSource::remove_input(const std::shared_ptr<InputChannel>& channel) { implementation_->remove_input(channel); }

void PacedSource::make_ready(std::function<void(Readiness)> done) {
    implementation_->test(
        [done = std::move(done)](const std::vector<ConnectionTestStep>& steps) { done(readiness_of(steps)); });
}

bool PacedSource::take_over(ConnectionHandover&& handover) {
    return implementation_->take_over(handover.status.position);
}

void PacedSource::open() { implementation_->open(); }

void PacedSource::close(std::chrono::milliseconds /*deadline: a turn is short*/, std::function<void()> done) {
    implementation_->close(std::move(done));
}

void PacedSource::pause() { implementation_->set_paused(true); }

void PacedSource::stop_reading() { implementation_->stop_reading(); }

void PacedSource::resume() { implementation_->set_paused(false); }

SendOutcome PacedSource::send(OutgoingMessage /*message*/) { return SendOutcome::failed; }

void PacedSource::end_cycle(const ProcessingReport& report) { implementation_->end_cycle(report); }

ConnectionStatus PacedSource::status() const { return implementation_->status(); }

void PacedSource::test(std::chrono::milliseconds /*timeout*/,
                       std::function<void(std::vector<ConnectionTestStep>)> done) {
    implementation_->test(std::move(done));
}

}  // namespace laminar
