#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "catalog/threads/mutex.h"

namespace laminar {

/// The connections of a server that have not become clients yet. There are never more than so many: when another comes,
/// the oldest of the address that has the most gives way, so that no address locks the others out, however many half
/// requests it sends. Thread-safe.
class PendingHandshakes {
public:
    explicit PendingHandshakes(std::size_t limit) : limit_(limit) {}

    /// Adds a connection and returns its number. give_way ends it; it is called from a later add, at most once, by any
    /// thread, and must not block.
    std::uint64_t add(const std::string& ip, std::function<void()> give_way);
    /// It is none of them any more, for it is a client now, or gone. False: it had to give way before.
    bool remove(std::uint64_t number);
    [[nodiscard]] std::size_t size() const;

private:
    struct Entry {
        std::string ip;
        std::function<void()> give_way;
    };

    /// The number of the one to go.
    [[nodiscard]] std::uint64_t first_to_give_way() const LAMINAR_REQUIRES(mutex_);
    void erase(std::map<std::uint64_t, Entry>::iterator entry) LAMINAR_REQUIRES(mutex_);

    const std::size_t limit_;
    mutable Mutex mutex_;
    std::map<std::uint64_t, Entry> entries_ LAMINAR_GUARDED_BY(mutex_);  ///< In order of arrival.
    std::unordered_map<std::string, std::size_t> by_ip_ LAMINAR_GUARDED_BY(mutex_);
    std::uint64_t last_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
