#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <thread>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/kafka/options.h"

namespace laminar {

/// The steps of test_connection: options, connect, topic. Asks brokers, for up to timeout: not on an I/O thread. Gives
/// up soon after stopped. Does not throw.
[[nodiscard]] std::vector<ConnectionTestStep> probe_brokers(const KafkaOptions& options,
                                                            const ConnectionJournal& journal,
                                                            std::chrono::milliseconds timeout,
                                                            const std::atomic<bool>& stopped);

/// Threads that ask brokers and end with their owner. Thread-safe.
class BackgroundProbes {
public:
    BackgroundProbes() = default;
    ~BackgroundProbes() { stop(); }
    BackgroundProbes(const BackgroundProbes&) = delete;
    BackgroundProbes& operator=(const BackgroundProbes&) = delete;

    /// After stop it does nothing.
    void start(std::function<void(const std::atomic<bool>& stopped)> probe);
    /// Waits for all of them; none begins any more.
    void stop();

private:
    struct Entry {
        std::thread thread;
        std::atomic<bool> ended{false};
    };
    std::atomic<bool> stopped_{false};
    Mutex mutex_;
    std::list<Entry> entries_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
