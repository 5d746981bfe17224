#include "server/session/session_threads.h"

#include <optional>
#include <utility>

#include "connectors/net/exception_text.h"
#include "server/session/query_priority.h"

namespace laminar {

namespace {

/// What a session shows goes to the task at hand; rows of streams that come later, to nobody.
class RelayedOutput final : public SessionOutput {
public:
    void set(SessionOutput* target) {
        const MutexLock lock(mutex_);
        target_ = target;
    }

    void begin_result(const std::vector<OutputColumn>& columns) override {
        with([&](SessionOutput& target) { target.begin_result(columns); });
    }
    void rows(const ResultTable& rows) override {
        with([&](SessionOutput& target) { target.rows(rows); });
    }
    void end_result() override {
        with([](SessionOutput& target) { target.end_result(); });
    }
    void stream_rows(std::string_view stream, const ResultTable& rows) override {
        with([&](SessionOutput& target) { target.stream_rows(stream, rows); });
    }
    void stream_failed(std::string_view stream, std::string_view reason) override {
        with([&](SessionOutput& target) { target.stream_failed(stream, reason); });
    }
    void done(std::string_view tag) override {
        with([&](SessionOutput& target) { target.done(tag); });
    }

private:
    /// The target stays while it is shown something.
    template <class Show>
    void with(Show show) {
        const MutexLock lock(mutex_);
        if (target_) show(*target_);
    }

    Mutex mutex_;
    SessionOutput* target_ LAMINAR_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace

struct SessionThreads::Worker {
    std::shared_ptr<SessionTask> task;
    bool is_idle = false;
    bool has_ended = false;
    std::thread thread;
};

SessionThreads::SessionThreads(Database& database, const Session::Settings& settings, std::size_t kept)
    : database_(database), settings_(settings), kept_(kept) {}

SessionThreads::~SessionThreads() {
    {
        const MutexLock lock(mutex_);
        ends_ = true;
        changed_.notify_all();
    }
    // Nobody starts anything any more: the list stays as it is.
    std::list<Worker> all;
    {
        const MutexLock lock(mutex_);
        all.swap(workers_);
    }
    for (Worker& worker : all) worker.thread.join();
}

void SessionThreads::start(std::shared_ptr<SessionTask> task) {
    join_ended();
    const MutexLock lock(mutex_);
    for (Worker& worker : workers_) {
        if (!worker.is_idle) continue;
        worker.is_idle = false;
        --idle_;
        worker.task = std::move(task);
        changed_.notify_all();
        return;
    }
    Worker& worker = workers_.emplace_back();
    worker.task = std::move(task);
    try {
        worker.thread = std::thread([this, &worker] { work(worker); });
    } catch (...) {
        workers_.pop_back();
        throw;
    }
}

void SessionThreads::join_ended() {
    std::list<Worker> ended;
    {
        const MutexLock lock(mutex_);
        for (auto worker = workers_.begin(); worker != workers_.end();) {
            const auto next = std::next(worker);
            if (worker->has_ended) ended.splice(ended.end(), workers_, worker);
            worker = next;
        }
    }
    for (Worker& worker : ended) worker.thread.join();  // It has nothing left to do.
}

std::shared_ptr<SessionTask> SessionThreads::next(Worker& worker) {
    MutexLock lock(mutex_);
    if (!worker.task) {
        if (ends_ || idle_ >= kept_) return nullptr;
        worker.is_idle = true;
        ++idle_;
        changed_.wait(lock, [&]() LAMINAR_REQUIRES(mutex_) { return worker.task || ends_; });
    }
    return std::exchange(worker.task, nullptr);
}

void SessionThreads::work(Worker& worker) noexcept {
    {
        RelayedOutput output;
        std::optional<Session> session;
        while (const std::shared_ptr<SessionTask> task = next(worker)) {
            try {
                if (!session) {
                    session.emplace(database_, output, settings_);
                    // Not the thread that shows rows of streams, which the session has begun.
                    give_way_to_streams();
                }
            } catch (...) {
                task->fail(exception_text(std::current_exception()));
                continue;
            }
            output.set(task.get());
            task->perform(*session);
            output.set(nullptr);
        }
    }
    const MutexLock lock(mutex_);
    worker.has_ended = true;
}

}  // namespace laminar
