#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"

namespace laminar {

/// The latest dead letters of all connections, for system.dead_letters. They outlive their connections. Bounded by
/// number and bytes: the oldest go first. Thread-safe.
class DeadLetters {
public:
    explicit DeadLetters(std::size_t most_letters = 10'000, std::size_t most_bytes = 64u << 20)
        : most_letters_(most_letters), most_bytes_(most_bytes) {}

    void add(DeadLetter letter);
    [[nodiscard]] std::vector<DeadLetter> letters() const;

private:
    std::size_t most_letters_;
    std::size_t most_bytes_;
    mutable Mutex mutex_;
    std::deque<DeadLetter> letters_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
