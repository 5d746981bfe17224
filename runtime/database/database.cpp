#include "runtime/database/database.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>

#include "catalog/objects/session_settings.h"
#include "catalog/threads/mutex.h"
#include "runtime/database/database_parts.h"
#include "runtime/database/engine_deadline.h"
#include "runtime/database/system_tables.h"
#include "runtime/engine/commit_listener.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/storage/commit_recorder.h"
#include "runtime/storage/data_directory.h"
#include "runtime/storage/engine_space.h"
#include "runtime/storage/opened_database.h"

namespace laminar {

namespace {

/// How often the engine looks at the clock when nothing arrives: retention, and sinks with a backlog.
constexpr std::chrono::milliseconds engine_tick{100};

/// A cycle has costs that do not depend on how much it takes in. A feed that fills the time of one cycle with so many
/// rows is better served by fewer and larger ones: the next cycle then waits as long as a few of this kind would take,
/// unless a channel fills up meanwhile.
constexpr std::uint64_t rows_of_a_busy_cycle = 64;
constexpr unsigned cycles_saved = 4;
constexpr std::chrono::microseconds longest_rest{10'000};
/// Of connections, that they are up or have sent what they had.
constexpr std::chrono::milliseconds news_wait{5};

std::chrono::microseconds rest_after(std::uint64_t rows, std::chrono::steady_clock::duration took,
                                     std::chrono::microseconds max_latency) {
    if (rows < rows_of_a_busy_cycle) return {};
    return std::min(max_latency.count() > 0 ? std::min(max_latency, longest_rest) : longest_rest,
                    std::chrono::duration_cast<std::chrono::microseconds>(took) * cycles_saved);
}

std::optional<DataDirectory> open_directory(const Database::Settings& settings) {
    if (!settings.data_directory) return std::nullopt;
    return std::optional<DataDirectory>(std::in_place, *settings.data_directory);
}

Engine::Settings engine_settings(const std::optional<DataDirectory>& directory) {
    Engine::Settings settings;
    if (!directory) return settings;
    settings.database_path = directory->database_file();
    return settings;
}

void tell_of(const DataDirectory& directory) {
    const FileFacts& found = directory.found();
    spdlog::info("data directory {}{}", directory.path(),
                 found.log.commits == 0 ? ""
                                        : fmt::format(": it had not been closed, and {} commits ({} bytes of log) were "
                                                      "worked off",
                                                      found.log.commits, found.log.committed_bytes));
    if (directory.cut_bytes() > 0)
        spdlog::info(
            "data directory {}: {} bytes at the end of the log were being written when the process ended, and "
            "are left out; nothing of it had been acknowledged",
            directory.path(), directory.cut_bytes());
    if (directory.is_incomplete()) return;
    if (!found.mark)
        spdlog::warn("data directory {}: {} is missing: whether the log is whole cannot be told", directory.path(),
                     mark_name);
    if (!found.blocks_checked)
        spdlog::info(
            "data directory {}: a database of {} bytes is not read through at the start; laminar verify does "
            "so",
            directory.path(), found.database_bytes);
}

}  // namespace

class Database::Implementation {
public:
    Implementation(const Settings& settings, const ConnectorRegistry& registry)
        : on_lost_storage_(settings.on_lost_storage),
          directory_(open_directory(settings)),
          graph_(progress_),
          engine_thread_(
              engine_settings(directory_), [this](bool takes_all) { return cycle(takes_all); }, engine_tick),
          connections_(settings.io_threads, settings.secrets, settings.make_connection,
                       [this] {
                           progress_.notify();
                           // Beside room, it is news that can wait a little.
                           engine_thread_.request_cycle(EngineThread::Clock::now() +
                                                        (stands_still_ ? std::chrono::milliseconds(0) : news_wait));
                       }),
          parts_{.registry = registry,
                 .catalog = catalog_,
                 .connections = connections_,
                 .engine = engine_thread_,
                 .graph = graph_,
                 .progress = progress_,
                 .wall_clock = settings.wall_clock,
                 .publish_status = [this] { engine_thread_.call([this](Engine&) { publish_status(false, false); }); },
                 .on_room =
                     [this] {
                         if (stands_still_) engine_thread_.request_cycle();
                     },
                 .wait_for_at_the_end = [this](const std::shared_ptr<StreamQueue>& queue) { add_queue(queue); }} {
        {
            const MutexLock lock(status_mutex_);
            status_.last_activity = std::chrono::steady_clock::now();
        }
        engine_thread_.call([&](Engine& engine) {
            // With a clock of its own it goes from message to message.
            graph_.set_max_latency(parts_.wall_clock ? std::chrono::microseconds(0) : SessionSettings().max_latency);
            register_system_tables(
                engine, {catalog_, registry, connections_, graph_, directory_, recorder_, parts_.disk_space});
            if (directory_) {
                tell_of(*directory_);
                begin_recording(engine);
                make_ready(engine, *directory_);
                parts_.stored_catalog.emplace(engine);
                parts_.state_store.emplace(engine);
                parts_.last_replacement = static_cast<std::uint64_t>(parts_.state_store->last_replacement());
                graph_.keep_in(*parts_.state_store);
                graph_.ask_for_room([this](Engine& asked) { return parts_.disk_space->has_room(asked); });
                parts_.written_lengths.emplace([this] { return connections_.written_lengths(); }, *parts_.state_store);
                graph_.also_change(*parts_.written_lengths);
                parts_.kept_records.emplace(engine, connections_.dead_letter_log(), connections_.gap_log());
                graph_.also_change(*parts_.kept_records);
                parts_.resume_positions.emplace(engine, [this] { return connections_.feed_moments(); });
                graph_.also_change(*parts_.resume_positions);
            }
            cycling_ = true;
        });
    }

    ~Implementation() {
        if (!shut_down_) {
            engine_thread_.call([&](Engine&) {
                if (parts_.state_store) parts_.state_store->end_sending();
            });
            connections_.close_all(std::chrono::milliseconds(0));
        }
        // What holds statements and slots of the engine goes before the engine does.
        engine_thread_.call([&](Engine&) {
            if (parts_.state_store) end_of_state();
            graph_.clear(!directory_);
            parts_.resume_positions.reset();
            parts_.kept_records.reset();
            parts_.written_lengths.reset();
            parts_.state_store.reset();
            cycling_ = false;
        });
    }

    [[nodiscard]] DatabaseParts& parts() noexcept { return parts_; }
    [[nodiscard]] std::shared_ptr<const Catalog> catalog() const { return catalog_.snapshot(); }
    std::vector<std::string> reload_secrets() { return connections_.reload_secrets(); }
    void abandon() noexcept { engine_thread_.interrupt_all(); }

    [[nodiscard]] DatabaseStatus status() const {
        DatabaseStatus status;
        {
            const MutexLock lock(status_mutex_);
            status = status_;
        }
        status.failure = redact(status.failure);
        const ConnectionStatus past = connections_.past_totals();
        status.messages_in = past.messages_received;
        status.messages_sent = past.messages_sent;
        status.messages_failed = past.messages_failed;
        status.messages_unmatched = past.messages_unmatched;
        status.messages_dropped = past.messages_dropped;
        status.connections = connections_.statuses();
        status.lag = connections_.longest_wait();
        for (const auto& queue : queues()) {
            const std::uint64_t shown = queue->shown_rows();  // First: it never exceeds what comes after.
            status.rows_shown += shown;
            status.rows_to_show += queue->put_rows() - shown;
            status.rows_left_out += queue->rows_left_out();
        }
        const auto fail = [&status](std::string failure) {
            if (status.failed || failure.empty()) return;
            status.failed = true;
            status.failure = std::move(failure);
        };
        fail(connections_.failure_at_end());
        for (const ConnectionStatus& connection : status.connections) {
            status.messages_in += connection.messages_received;
            status.messages_sent += connection.messages_sent;
            status.messages_failed += connection.messages_failed;
            status.messages_unmatched += connection.messages_unmatched;
            status.messages_dropped += connection.messages_dropped;
            if (connection.state == ConnectionState::failed) fail(describe_failure(connection));
        }
        for (const auto& queue : queues()) {
            if (queue->failure()) fail("rows of streams cannot be shown: " + redact(failure_reason(queue->failure())));
        }
        return status;
    }

    ShutdownResult shut_down(bool drain, std::chrono::milliseconds limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        shut_down_ = true;
        ShutdownResult result;
        connections_.pause_reading();
        const EngineDeadline engine_deadline(engine_thread_, deadline);
        const bool had_failed = status().failed;
        bool interrupted = false;  // By the deadline: what failed by that was not done in time.
        const auto run_dry = [&](Engine& engine, bool and_finished) {
            bool done = true;
            try {
                done = graph_.run_dry(engine, deadline) && (!and_finished || graph_.has_finished());
                end_cycle();
            } catch (...) {
                fail_run(failure_reason(std::current_exception()));
            }
            const bool is_late = std::chrono::steady_clock::now() >= deadline;
            const bool failed = !graph_.failure().empty() || !cycle_failure_.empty();
            interrupted = interrupted || (is_late && failed && !had_failed);
            return done;
        };
        const auto worked_off = [&] {
            return engine_thread_.call([&](Engine& engine) { return run_dry(engine, false); });
        };
        if (!progress_.wait(worked_off, deadline) || interrupted) {
            result.complete = false;
            result.abandoned = "rows that had arrived were not worked off in time";
        }
        if (drain && result.complete) {
            const auto closed = [&] {
                return engine_thread_.call([&](Engine& engine) {
                    graph_.end_inputs();
                    return run_dry(engine, true);
                });
            };
            if (!progress_.wait(closed, deadline) || interrupted) {
                result.complete = false;
                result.abandoned = "windows that were open were not closed in time";
            }
        }
        std::uint64_t unshown = 0;
        if (!progress_.wait([&] { return (unshown = status().rows_to_show) == 0; }, deadline)) {
            result.complete = false;
            result.abandoned += result.abandoned.empty() ? "" : "; ";
            result.abandoned += fmt::format("{} row{} of streams {} not shown in time", unshown,
                                            unshown == 1 ? "" : "s", unshown == 1 ? "was" : "were");
        }
        UnsentMessages unsent;
        const auto sent = [&] { return (unsent = connections_.unsent()).none(); };
        if (!progress_.wait(sent, deadline)) {
            result.complete = false;
            result.abandoned += result.abandoned.empty() ? "" : "; ";
            result.abandoned += describe(unsent);
        }
        // What was done or failed on the way counts as well.
        engine_thread_.call([this](Engine& engine) {
            if (parts_.state_store) forget_what_was_sent(engine);
            publish_status(false, false);
        });
        const auto rest =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        connections_.close_all(std::max(rest, std::chrono::milliseconds(100)));
        return result;
    }

private:
    /// The engine quotes values in its texts, and a value may be a secret that a peer has sent back.
    [[nodiscard]] std::string redact(std::string_view text) const { return connections_.secrets().redact(text); }

    void add_queue(const std::shared_ptr<StreamQueue>& queue) {
        const MutexLock lock(queues_mutex_);
        std::erase_if(queues_, [](const std::weak_ptr<StreamQueue>& each) { return each.expired(); });
        queues_.push_back(queue);
    }

    [[nodiscard]] std::vector<std::shared_ptr<StreamQueue>> queues() const {
        std::vector<std::shared_ptr<StreamQueue>> queues;
        const MutexLock lock(queues_mutex_);
        for (const std::weak_ptr<StreamQueue>& each : queues_) {
            if (auto queue = each.lock()) queues.push_back(std::move(queue));
        }
        return queues;
    }

    /// Engine thread. What pipelines and tables do is theirs to answer for (StreamGraph); whatever else fails is the
    /// run's failure: rows may be lost by it.
    EngineThread::AfterCycle cycle(bool takes_all) {
        try {
            return cycle_once(takes_all);
        } catch (...) {
            fail_run(failure_reason(std::current_exception()));
        }
        return {};
    }

    /// Engine thread.
    void fail_run(const std::string& reason) {
        if (!cycle_failure_.empty()) return;  // The first is what the others follow from.
        cycle_failure_ = reason;
        spdlog::error("processing failed: {}", reason);
        const MutexLock lock(status_mutex_);
        if (!status_.failed) status_.failure = fmt::format("processing failed: {}", reason);
        status_.failed = true;
    }

    /// Engine thread. Before it no start has asked for what this one finds.
    void begin_recording(Engine& engine) {
        const FileFacts& found = directory_->found();
        try {
            recorder_.emplace(directory_->files(), found.mark, found.log.committed_bytes);
        } catch (const DamagedFile& problem) {
            throw DataDirectoryError(fmt::format("data directory {}: {}", directory_->path(), problem.what()));
        }
        set_commit_listener(engine, [this] { recorder_->on_commit(); });
        parts_.checkpoints.emplace(engine, directory_->files(), *recorder_);
        parts_.disk_space.emplace(*directory_, *recorder_, *parts_.checkpoints);
    }

    /// Engine thread. To go on in memory would be to acknowledge what the next start will know nothing of.
    void lose_storage(const std::string& reason) {
        if (std::exchange(has_lost_storage_, true)) return;
        const std::string failure = fmt::format("what is done cannot be kept in the data directory: {}", reason);
        fail_run(failure);
        if (on_lost_storage_) on_lost_storage_(redact(failure));
    }

    /// Engine thread.
    EngineThread::AfterCycle cycle_once(bool takes_all) {
        EngineThread::AfterCycle after;
        if (!cycling_) return after;
        const auto began = EngineThread::Clock::now();
        const std::uint64_t rows_before = graph_.rows_in();
        const std::uint64_t commits_before = graph_.commits();
        // Asked first: what a source delivered before it ended is then in the channels, and the cycle takes it.
        const bool ended = graph_.has_inputs() && connections_.sources_ended();
        const bool moved = graph_.cycle(engine_thread_.engine(), takes_all ? TakeIn::arrived : TakeIn::due);
        end_cycle();
        // Pipelines that read what their tables retain remember row ids. And the engine waits for scans that are under
        // way before it reclaims: not for a reader that stands still.
        if (parts_.checkpoints)
            parts_.checkpoints->make_if_due(engine_thread_.engine(), !moved);
        else if (moved && !graph_.reads_past_rows() && !engine_thread_.engine().has_snapshots())
            space_.reclaim_if_due(engine_thread_.engine(), graph_.rows_changed(), graph_.bytes_changed());
        publish_status(moved, ended && !moved && graph_.is_dry() && graph_.has_finished());
        after.next = graph_.next_due();
        const auto now = EngineThread::Clock::now();
        // The end of sources is told, and windows close by it, in a cycle after the last rows.
        if ((moved && (ended || graph_.reads_past_rows())) || has_room_again()) after.next = now;
        if (!moved) return after;
        const std::chrono::microseconds max_latency = graph_.shortest_latency();
        after.rest = rest_after(graph_.rows_in() - rows_before, now - began, max_latency);
        // The cycle is the group of rows that a commit is for: the next begins when they have been collected.
        if (directory_ && graph_.commits() != commits_before)
            after.rest = std::max<std::chrono::microseconds>(after.rest, parts_.commit_interval);
        if (max_latency.count() > 0) after.look = now + max_latency;
        return after;
    }

    /// Engine thread. Whoever has room again from here on says so, if that is waited for.
    bool has_room_again() {
        stands_still_ = true;
        const bool stands_still = graph_.stands_still();
        if (!stands_still) stands_still_ = false;
        return graph_.stood_still() && !stands_still;
    }

    /// Engine thread. Everything is processed by now, and kept where it is to be: acknowledgements may leave.
    void end_cycle() {
        if (!graph_.commit_failure().empty()) return lose_storage(graph_.commit_failure());
        connections_.end_cycle(engine_thread_.engine().take_acknowledgements(), graph_.take_failures());
    }

    /// Engine thread. What connections drop when they are closed is sent by the next process.
    void forget_what_was_sent(Engine& engine) {
        graph_.commit_rest(engine);
        parts_.state_store->end_sending();
        if (!graph_.commit_failure().empty()) lose_storage(graph_.commit_failure());
    }

    /// Engine thread.
    void end_of_state() {
        try {
            if (!has_lost_storage_) {
                parts_.state_store->forget_uncommitted();
                graph_.save_times();
                parts_.state_store->note_end();
            }
        } catch (const EngineException& problem) {
            spdlog::warn("the end of the process was not written to the data directory: {}", redact(problem.what()));
        }
        parts_.state_store->close();
    }

    /// Engine thread.
    void publish_status(bool moved, bool sources_finished) {
        DatabaseStatus fresh;
        fresh.rows_in = graph_.rows_in();
        fresh.rows_out = graph_.rows_out();
        fresh.live = graph_.has_inputs();
        fresh.sources_finished = sources_finished;
        fresh.failure = graph_.failure();
        if (fresh.failure.empty() && !cycle_failure_.empty())
            fresh.failure = fmt::format("processing failed: {}", cycle_failure_);
        fresh.failed = !fresh.failure.empty();
        const MutexLock lock(status_mutex_);
        fresh.last_activity = moved ? std::chrono::steady_clock::now() : status_.last_activity;
        status_ = std::move(fresh);
    }

    const std::function<void(const std::string&)> on_lost_storage_;
    std::optional<DataDirectory> directory_;
    std::optional<CommitRecorder> recorder_;  ///< Of a directory. Outlives the engine, as the lock of its file must.
    bool shut_down_ = false;
    bool has_lost_storage_ = false;  ///< Engine thread.
    std::string cycle_failure_;      ///< Engine thread.
    bool cycling_ = false;  ///< Engine thread: it begins before the connections are there, and ends after them.
    CatalogStore catalog_;
    Progress progress_;
    StreamGraph graph_;
    std::atomic<bool> stands_still_{false};  ///< A pipeline waits for room in its sink.
    EngineSpace space_;
    mutable Mutex status_mutex_;
    DatabaseStatus status_ LAMINAR_GUARDED_BY(status_mutex_);
    mutable Mutex queues_mutex_;
    std::vector<std::weak_ptr<StreamQueue>> queues_ LAMINAR_GUARDED_BY(queues_mutex_);
    // The engine outlives the connections, which wake it; what the engine's side holds of them goes with
    // graph_.clear().
    EngineThread engine_thread_;
    LiveConnections connections_;
    DatabaseParts parts_;
};

Database::Database(const Settings& settings, const ConnectorRegistry& registry) {
    try {
        implementation_ = std::make_unique<Implementation>(settings, registry);
    } catch (const EngineException& problem) {
        if (!settings.data_directory) throw;
        throw DataDirectoryError(fmt::format("data directory {}: its database cannot be opened: {}",
                                             *settings.data_directory, problem.what()));
    }
}

Database::~Database() = default;

DatabaseStatus Database::status() const { return implementation_->status(); }

std::shared_ptr<const Catalog> Database::catalog() const { return implementation_->catalog(); }

std::vector<std::string> Database::reload_secrets() { return implementation_->reload_secrets(); }

void Database::abandon() noexcept { implementation_->abandon(); }

Database::ShutdownResult Database::shut_down(bool drain, std::chrono::milliseconds deadline) {
    return implementation_->shut_down(drain, deadline);
}

DatabaseParts& Database::parts() noexcept { return implementation_->parts(); }

}  // namespace laminar
