#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace laminar {

/// Blocks SIGINT and SIGTERM (and ignores SIGPIPE) and watches for them on a thread of its own. Make it before any
/// other thread, so that they inherit the mask. When destroyed, the signals are as they were.
class StopSignals {
public:
    /// on_signal is called for every signal, from the watching thread, with its number and how many came so far
    /// (from 1). It may do whatever threads do, but should not block for long.
    explicit StopSignals(std::function<void(int signal, unsigned count)> on_signal);
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

private:
    void watch();

    std::function<void(int, unsigned)> on_signal_;
    int signals_ = -1;  ///< signalfd.
    int wake_ = -1;     ///< eventfd: the destructor asks the thread to end.
    std::thread thread_;
};

}  // namespace laminar
