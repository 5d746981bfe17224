#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"

namespace laminar {

/// The latest events of all connections, for system.websocket_logs. Thread-safe; bounded: the oldest entries go first.
class ConnectionLog {
public:
    explicit ConnectionLog(std::size_t capacity = 10'000) : capacity_(capacity) {}

    void add(ConnectionLogEntry entry);
    [[nodiscard]] std::vector<ConnectionLogEntry> entries() const;

private:
    std::size_t capacity_;
    mutable Mutex mutex_;
    std::deque<ConnectionLogEntry> entries_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
