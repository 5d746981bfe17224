#pragma once

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <map>
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
    /// others are further signals to block and watch for, and what they call.
    explicit StopSignals(std::function<void(int signal, unsigned count)> on_signal,
                         std::map<int, std::function<void()>> others = {});
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

private:
    [[nodiscard]] sigset_t watched() const;
    void watch();

    std::function<void(int, unsigned)> on_signal_;
    const std::map<int, std::function<void()>> others_;
    int signals_ = -1;  ///< signalfd.
    int wake_ = -1;     ///< eventfd: the destructor asks the thread to end.
    std::thread thread_;
};

}  // namespace laminar
