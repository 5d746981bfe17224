#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"

namespace laminar {

/// The latest gaps of all connections, for system.websocket_gaps. Thread-safe; bounded: the oldest go first.
class GapLog {
public:
    struct Numbered {
        std::int64_t number = 0;  ///< In the order in which they began, from 1.
        ConnectionGap gap;
    };

    explicit GapLog(std::size_t capacity = 10'000) : capacity_(capacity) {}

    /// Adds a gap, or replaces what is known of it.
    void put(const ConnectionGap& gap);
    [[nodiscard]] std::vector<ConnectionGap> gaps() const;

    // For who keeps them (KeptRecords).
    /// Those of a process before, before any other.
    void take_up(std::vector<Numbered> gaps);
    /// Those that have begun or changed since the last time.
    [[nodiscard]] std::vector<Numbered> take_changed();
    /// Of the oldest that is there; 0: there is none.
    [[nodiscard]] std::int64_t first_number() const;
    /// The latest gap of a connection, if it has not ended and is not that of one peer of several.
    [[nodiscard]] std::optional<ConnectionGap> open_gap(std::string_view connection) const;

private:
    struct Entry {
        Numbered numbered;
        bool is_changed = true;
    };

    std::size_t capacity_;
    mutable Mutex mutex_;
    std::deque<Entry> gaps_ LAMINAR_GUARDED_BY(mutex_);
    std::int64_t last_number_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool any_changed_ LAMINAR_GUARDED_BY(mutex_) = false;
};

}  // namespace laminar
