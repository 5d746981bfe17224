#include "runtime/database/live_connections.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

#include "catalog/threads/mutex.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/rows/utc_clock.h"
#include "parser/text/ascii.h"
#include "runtime/database/connection_secrets.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/storage/parquet_files.h"

namespace laminar {

namespace {

spdlog::level::level_enum log_level(std::string_view name) {
    if (name == "error") return spdlog::level::err;
    if (name == "warning") return spdlog::level::warn;
    if (name == "debug") return spdlog::level::debug;
    return spdlog::level::info;
}

/// Counts down closing connections; shared with callbacks that may come after the waiter gave up.
struct CloseLatch {
    Mutex mutex;
    ConditionVariable done;
    std::size_t open = 0;

    void count_down() {
        const MutexLock lock(mutex);
        --open;
        done.notify_all();
    }
    bool wait(std::chrono::milliseconds limit) {
        MutexLock lock(mutex);
        return done.wait_for(lock, limit, [this]() LAMINAR_REQUIRES(mutex) { return open == 0; });
    }
};

/// What a connection answers to ask, which hands the function that it is given to be called.
template <class Answer, class Ask>
Answer answer_of(Ask ask) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    std::future<Answer> answer = promise->get_future();
    ask([promise](Answer given) { promise->set_value(std::move(given)); });
    return answer.get();
}

/// How long a connection that nobody uses any more may take to say goodbye.
constexpr std::chrono::milliseconds unused_close_deadline{5'000};

/// A connection keeps its own deadline; this much longer the waiter gives it to say so.
constexpr std::chrono::milliseconds close_grace{2'000};
/// The same when everything ends, and with a limit (--shutdown-timeout).
constexpr std::chrono::milliseconds last_close_grace{500};

}  // namespace

std::string describe_failure(const ConnectionStatus& failed) {
    return fmt::format("connection \"{}\" failed: {}", failed.name, failed.last_error);
}

class LiveConnections::Observer final : public ConnectionObserver {
public:
    explicit Observer(std::function<void()> on_change) : on_change_(std::move(on_change)) {}

    void log(ConnectionLogEntry entry) override {
        // The logger's name tells who speaks; whoever formats the log shows it.
        const spdlog::level::level_enum level = log_level(entry.level);
        if (spdlog::should_log(level))
            spdlog::default_logger()->clone(entry.connection)->log(level, "{}: {}", entry.event, entry.message);
        log_.add(std::move(entry));
    }
    void gap(const ConnectionGap& gap) override { gaps_.put(gap); }
    void keep(DeadLetter&& letter) override { dead_letters_.add(std::move(letter)); }
    void changed() override { on_change_(); }

    [[nodiscard]] GapLog& gaps() noexcept { return gaps_; }
    [[nodiscard]] const ConnectionLog& entries() const noexcept { return log_; }
    [[nodiscard]] DeadLetters& dead_letters() noexcept { return dead_letters_; }

private:
    std::function<void()> on_change_;
    ConnectionLog log_;
    GapLog gaps_;
    DeadLetters dead_letters_;
};

LiveConnections::LiveConnections(unsigned io_threads, const SecretResolver::Sources& secrets,
                                 ConnectionMaker make_connection, std::function<void()> on_change)
    : secrets_(secrets),
      make_connection_(std::move(make_connection)),
      observer_(std::make_unique<Observer>(std::move(on_change))),
      column_files_(make_parquet_files()),
      io_(std::make_unique<IoRuntime>(io_threads)) {}

LiveConnections::~LiveConnections() {
    entries_.clear();
    io_.reset();
}

const ConnectionLog& LiveConnections::log() const noexcept { return observer_->entries(); }

const GapLog& LiveConnections::gaps() const noexcept { return observer_->gaps(); }

GapLog& LiveConnections::gap_log() noexcept { return observer_->gaps(); }

DeadLetters& LiveConnections::dead_letter_log() noexcept { return observer_->dead_letters(); }

std::shared_ptr<Connection> LiveConnections::use(const ConnectionObject& definition, const std::string& consumer) {
    const MutexLock lock(mutex_);
    const std::string name = fold_case(definition.name);
    if (!entries_.contains(name)) {
        Entry fresh;
        make(fresh, definition);
        entries_.emplace(name, std::move(fresh));
    }
    Entry& entry = entries_.at(name);
    entry.consumers.insert(fold_case(consumer));
    return entry.connection;
}

void LiveConnections::make(Entry& entry, const ConnectionObject& definition) {
    entry.connection = make_detached(definition);
    entry.definition = definition;
    entry.resume_path = resume_path(definition);
    entry.secrets = secret_values(definition, secrets_);
}

void LiveConnections::attach(std::string_view connection, const std::string& consumer, TableStream stream,
                             const std::shared_ptr<InputChannel>& channel) {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(fold_case(connection));
    if (found == entries_.end()) return;
    found->second.attachments.push_back({fold_case(consumer), stream, channel});
    found->second.connection->add_input(stream, channel);
}

void LiveConnections::only_send(std::string_view connection, const std::string& consumer) {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(fold_case(connection));
    if (found == entries_.end()) return;
    found->second.senders.insert(fold_case(consumer));
    found->second.connection->set_passes_over(true);
}

void LiveConnections::stop_using(std::string_view connection, const std::string& consumer) {
    std::shared_ptr<Connection> unused;
    {
        const MutexLock lock(mutex_);
        const auto found = entries_.find(fold_case(connection));
        if (found == entries_.end()) return;
        Entry& entry = found->second;
        const std::string name = fold_case(consumer);
        std::erase_if(entry.attachments, [&](const Attachment& attachment) {
            if (attachment.consumer != name) return false;
            entry.connection->remove_input(attachment.channel);
            return true;
        });
        entry.consumers.erase(name);
        if (entry.senders.erase(name) > 0) entry.connection->set_passes_over(!entry.senders.empty());
        if (!entry.consumers.empty()) return;
        unused = std::move(entry.connection);
        entries_.erase(found);
    }
    const ConnectionState before = unused->status().state;
    close({unused}, unused_close_deadline, close_grace);
    const MutexLock lock(mutex_);
    remember_end(before, unused->status());
}

void LiveConnections::rename_consumer(std::string_view connection, const std::string& from, const std::string& to) {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(fold_case(connection));
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    const std::string before = fold_case(from);
    const std::string after = fold_case(to);
    if (entry.consumers.erase(before) > 0) entry.consumers.insert(after);
    for (Attachment& attachment : entry.attachments) {
        if (attachment.consumer == before) attachment.consumer = after;
    }
}

void LiveConnections::remember_end(ConnectionState before, const ConnectionStatus& status) {
    if (failure_at_end_.empty() && before != ConnectionState::failed && status.state == ConnectionState::failed)
        failure_at_end_ = describe_failure(status);
    past_totals_.messages_received += status.messages_received;
    past_totals_.messages_sent += status.messages_sent;
    past_totals_.messages_failed += status.messages_failed;
    past_totals_.messages_unmatched += status.messages_unmatched;
    past_totals_.messages_dropped += status.messages_dropped;
}

ConnectionStatus LiveConnections::past_totals() const {
    const MutexLock lock(mutex_);
    return past_totals_;
}

std::string LiveConnections::failure_at_end() const {
    const MutexLock lock(mutex_);
    return failure_at_end_;
}

/// Empty when the successor can open now; otherwise why it cannot, and the old one is as it was.
std::string LiveConnections::make_ready(Connection& successor, Connection& old) {
    const auto try_it = [&] { return answer_of<Readiness>([&](auto done) { successor.make_ready(std::move(done)); }); };
    Readiness readiness = try_it();
    if (readiness.taken_port == 0 || readiness.taken_port != old.port()) return readiness.problem;
    if (!answer_of<bool>([&](auto done) { old.give_up_address(std::move(done)); })) return readiness.problem;
    readiness = try_it();
    if (readiness.problem.empty()) return {};
    const auto lost = answer_of<std::string>([&](auto done) { old.take_address_back(std::move(done)); });
    return lost.empty() ? readiness.problem : fmt::format("{}; and its own port is lost: {}", readiness.problem, lost);
}

std::string LiveConnections::replace(const ConnectionObject& definition) {
    std::shared_ptr<Connection> old = find(definition.name);
    if (!old) return {};
    const std::shared_ptr<Connection> successor = make_detached(definition);
    if (const std::string problem = make_ready(*successor, *old); !problem.empty()) return secrets_.redact(problem);
    const ConnectionState before = old->status().state;
    const auto handed_over = std::make_shared<std::promise<ConnectionHandover>>();
    std::future<ConnectionHandover> arrival = handed_over->get_future();
    old->hand_over(unused_close_deadline,
                   [handed_over](ConnectionHandover handover) { handed_over->set_value(std::move(handover)); });
    ConnectionHandover handover;
    if (arrival.wait_for(unused_close_deadline + close_grace) == std::future_status::ready) handover = arrival.get();

    // The engine goes on all the while: an acknowledgement reaches either the old one before it hands over what waits
    // for that, or the new one.
    const MutexLock ending(cycle_end_mutex_);
    old->hand_over_inputs(handover);
    const bool goes_on = successor->take_over(std::move(handover));
    const MutexLock lock(mutex_);
    Entry& entry = entries_.at(fold_case(definition.name));
    if (!goes_on) remember_end(before, old->status());
    entry.connection = successor;
    entry.definition = definition;
    entry.resume_path = resume_path(definition);
    entry.secrets = secret_values(definition, secrets_);
    successor->set_passes_over(!entry.senders.empty());
    if (old->written_length()) successor->keep_length(std::nullopt);
    const InputChannel::Limits limits = connection_input_options(definition, secrets_).limits;
    for (const Attachment& attachment : entry.attachments) {
        if (attachment.stream == TableStream::messages) attachment.channel->set_limits(limits);
        successor->add_input(attachment.stream, attachment.channel);
    }
    successor->open();
    return {};
}

std::vector<std::string> LiveConnections::reload_secrets() {
    std::vector<ConnectionObject> rotated;
    {
        const MutexLock lock(mutex_);
        for (const auto& [name, entry] : entries_) {
            if (secret_values(entry.definition, secrets_) != entry.secrets) rotated.push_back(entry.definition);
        }
    }
    std::vector<std::string> names;
    for (const ConnectionObject& definition : rotated) {
        const std::string problem = replace(definition);
        if (problem.empty())
            names.push_back(definition.name);
        else
            observer_->log({utc_now(), definition.name, "warning", "secrets_not_reloaded",
                            fmt::format("it stays as it is: {}", problem)});
    }
    return names;
}

std::shared_ptr<Connection> LiveConnections::find(std::string_view name) const {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(fold_case(name));
    return found == entries_.end() ? nullptr : found->second.connection;
}

std::size_t LiveConnections::size() const {
    const MutexLock lock(mutex_);
    return entries_.size();
}

std::unique_ptr<Connection> LiveConnections::make_detached(const ConnectionObject& definition) {
    remember_written_credentials(definition, secrets_);
    return make_connection_(definition, {*io_, secrets_, *observer_, column_files_.get()});
}

std::vector<ConnectionStatus> LiveConnections::statuses() const {
    const MutexLock lock(mutex_);
    std::vector<ConnectionStatus> statuses;
    statuses.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) statuses.push_back(entry.connection->status());
    return statuses;
}

std::vector<DeadLetter> LiveConnections::dead_letters() const { return observer_->dead_letters().letters(); }

void LiveConnections::end_cycle(const std::vector<Acknowledgement>& acknowledged,
                                std::map<std::string, std::vector<FailedRow>> failures) {
    const MutexLock ending(cycle_end_mutex_);
    std::vector<std::pair<std::shared_ptr<Connection>, ProcessingReport>> reports;
    {
        const MutexLock lock(mutex_);
        for (const auto& [name, entry] : entries_) {
            const auto failed = failures.find(name);
            if (entry.attachments.empty() && failed == failures.end()) continue;
            reports.emplace_back(entry.connection, ProcessingReport{});
            if (failed != failures.end()) reports.back().second.failed = std::move(failed->second);
            for (const Acknowledgement& each : acknowledged) {
                if (equals_ignoring_case(each.connection, name))
                    reports.back().second.acknowledged.push_back(each.message_id);
            }
        }
    }
    std::string failure;
    for (const auto& [connection, report] : reports) {
        try {
            connection->end_cycle(report);
        } catch (...) {  // The others have their turn all the same.
            if (failure.empty())
                failure = fmt::format("connection \"{}\": {}", connection->status().name,
                                      failure_reason(std::current_exception()));
        }
    }
    if (!failure.empty()) throw std::runtime_error(failure);
}

std::chrono::milliseconds LiveConnections::longest_wait() const {
    const auto now = std::chrono::steady_clock::now();
    auto oldest = now;
    const MutexLock lock(mutex_);
    for (const auto& [name, entry] : entries_) {
        for (const Attachment& attachment : entry.attachments)
            oldest = std::min(oldest, attachment.channel->waiting_since().value_or(now));
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - oldest);
}

std::map<std::string, std::uint64_t, std::less<>> LiveConnections::written_lengths() const {
    std::map<std::string, std::uint64_t, std::less<>> lengths;
    const MutexLock lock(mutex_);
    for (const auto& [name, entry] : entries_) {
        if (const auto length = entry.connection->written_length()) lengths.emplace(name, *length);
    }
    return lengths;
}

std::map<std::string, FeedMoment, std::less<>> LiveConnections::feed_moments() const {
    std::map<std::string, FeedMoment, std::less<>> moments;
    const MutexLock lock(mutex_);
    for (const auto& [name, entry] : entries_) {
        if (entry.resume_path.empty()) continue;
        // The position first: it is noted when the message has been handed on.
        FeedMoment moment{entry.resume_path, entry.connection->status().position, {}};
        if (moment.position.empty()) continue;
        for (const Attachment& attachment : entry.attachments) {
            if (attachment.stream == TableStream::messages)
                moment.given.emplace_back(attachment.channel, attachment.channel->accepted_messages());
        }
        if (!moment.given.empty()) moments.emplace(name, std::move(moment));
    }
    return moments;
}

void LiveConnections::pause_reading() {
    const MutexLock lock(mutex_);
    for (const auto& [name, entry] : entries_) entry.connection->stop_reading();
}

UnsentMessages LiveConnections::unsent() const {
    const MutexLock lock(mutex_);
    UnsentMessages unsent;
    for (const auto& [name, entry] : entries_) unsent += entry.connection->unsent();
    return unsent;
}

bool LiveConnections::sources_ended() const {
    const MutexLock lock(mutex_);
    return std::all_of(entries_.begin(), entries_.end(), [](const auto& named) {
        const Entry& entry = named.second;
        if (entry.attachments.empty()) return true;
        const ConnectionStatus status = entry.connection->status();
        return status.finished || status.state == ConnectionState::failed;
    });
}

bool LiveConnections::close(const std::vector<std::shared_ptr<Connection>>& connections,
                            std::chrono::milliseconds deadline, std::chrono::milliseconds grace) {
    auto latch = std::make_shared<CloseLatch>();
    latch->open = connections.size();
    for (const auto& connection : connections) connection->close(deadline, [latch] { latch->count_down(); });
    return latch->wait(deadline + grace);
}

bool LiveConnections::close_all(std::chrono::milliseconds deadline) {
    std::vector<std::shared_ptr<Connection>> closing;
    {
        const MutexLock lock(mutex_);
        for (const auto& [name, entry] : entries_) closing.push_back(entry.connection);
    }
    return close(closing, deadline, last_close_grace);
}

}  // namespace laminar
