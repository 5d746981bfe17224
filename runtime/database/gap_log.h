#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"

namespace laminar {

/// The latest gaps of all connections, for system.websocket_gaps. Thread-safe; bounded: the oldest go first.
class GapLog {
public:
    explicit GapLog(std::size_t capacity = 10'000) : capacity_(capacity) {}

    /// Adds a gap, or replaces what is known of it.
    void put(const ConnectionGap& gap);
    [[nodiscard]] std::vector<ConnectionGap> gaps() const;

private:
    std::size_t capacity_;
    mutable Mutex mutex_;
    std::deque<ConnectionGap> gaps_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
