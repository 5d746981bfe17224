#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "catalog/threads/mutex.h"
#include "runtime/flow/sinks/stream_queue.h"
#include "runtime/session/session.h"

namespace laminar {

/// Shows what a session has to show, results of statements on the session's thread and rows of streams on one of its
/// own, one at a time: the rows of a stream do not come between those of a result.
class StreamPrinter {
public:
    /// Both are borrowed; queue is what streams put their rows into.
    StreamPrinter(SessionOutput& output, std::shared_ptr<StreamQueue> queue);
    /// What is still in the queue is dropped.
    ~StreamPrinter();
    StreamPrinter(const StreamPrinter&) = delete;
    StreamPrinter& operator=(const StreamPrinter&) = delete;

    /// The output, and nobody else uses it while the lock is held.
    class LAMINAR_SCOPED_LOCK Lease {
    public:
        explicit Lease(StreamPrinter& printer) LAMINAR_ACQUIRES(printer.mutex_)
            : lock_(printer.mutex_), output_(printer.output_) {}
        ~Lease() LAMINAR_RELEASES() {}  // NOLINT(modernize-use-equals-default): a default one cannot be annotated.
        SessionOutput* operator->() const noexcept { return &output_; }

    private:
        MutexLock lock_;
        SessionOutput& output_;
    };
    // The lease leaves the function with its lock, which the analysis does not follow.
    [[nodiscard]] Lease output() LAMINAR_NOT_ANALYSED { return Lease(*this); }

    [[nodiscard]] const std::shared_ptr<StreamQueue>& queue() const noexcept { return queue_; }

private:
    void run();

    SessionOutput& output_;
    std::shared_ptr<StreamQueue> queue_;
    Mutex mutex_;  ///< Held while output_ is used.
    std::thread thread_;
};

}  // namespace laminar
