#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"

namespace laminar {

/// The latest dead letters of all connections, for system.dead_letters. They outlive their connections. Bounded by
/// number and bytes: the oldest go first. Thread-safe.
class DeadLetters {
public:
    struct Numbered {
        std::int64_t number = 0;  ///< In the order in which they came, from 1.
        DeadLetter letter;
    };

    explicit DeadLetters(std::size_t most_letters = 10'000, std::size_t most_bytes = 64u << 20)
        : most_letters_(most_letters), most_bytes_(most_bytes) {}

    void add(DeadLetter letter);
    [[nodiscard]] std::vector<DeadLetter> letters() const;

    // For who keeps them (KeptRecords).
    /// Those of a process before, before any other.
    void take_up(std::vector<Numbered> letters);
    /// Those that have come since the last time.
    [[nodiscard]] std::vector<Numbered> take_new();
    /// Of the oldest that is there; 0: there is none.
    [[nodiscard]] std::int64_t first_number() const;

private:
    void append(Numbered letter) LAMINAR_REQUIRES(mutex_);

    std::size_t most_letters_;
    std::size_t most_bytes_;
    mutable Mutex mutex_;
    std::deque<Numbered> letters_ LAMINAR_GUARDED_BY(mutex_);
    std::int64_t last_number_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::int64_t taken_number_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::size_t bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
