#pragma once

#include <memory>
#include <mutex>
#include <thread>

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
    class Lease {
    public:
        explicit Lease(StreamPrinter& printer) : lock_(printer.mutex_), output_(printer.output_) {}
        SessionOutput* operator->() const noexcept { return &output_; }

    private:
        std::unique_lock<std::mutex> lock_;
        SessionOutput& output_;
    };
    [[nodiscard]] Lease output() { return Lease(*this); }

    [[nodiscard]] const std::shared_ptr<StreamQueue>& queue() const noexcept { return queue_; }

private:
    void run();

    SessionOutput& output_;
    std::shared_ptr<StreamQueue> queue_;
    std::mutex mutex_;  ///< Held while output_ is used.
    std::thread thread_;
};

}  // namespace laminar
