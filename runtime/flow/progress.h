#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/threads/mutex.h"

namespace laminar {

/// What has happened so far, and a place to wait for more. Thread-safe.
class Progress {
public:
    /// Rows that passed a table, or came out of a pipeline or subscription.
    void add_rows(std::string_view object, std::uint64_t count);
    /// Rows that a pipeline or subscription has read.
    void add_rows_read(std::string_view object, std::uint64_t count);
    void forget(std::string_view object);
    [[nodiscard]] std::uint64_t rows(std::string_view object) const;
    [[nodiscard]] std::uint64_t rows_read(std::string_view object) const;

    /// Something changed that a waiter may care about.
    void notify();

    /// Waits until satisfied returns true; false when the deadline passed, or cancelled was set (and notify called).
    /// satisfied runs under no lock.
    bool wait(const std::function<bool()>& satisfied, std::optional<std::chrono::steady_clock::time_point> deadline,
              const std::atomic<bool>& cancelled);
    /// The same of a wait that nobody cancels.
    bool wait(const std::function<bool()>& satisfied, std::optional<std::chrono::steady_clock::time_point> deadline);

private:
    using Counts = std::map<std::string, std::uint64_t, std::less<>>;  ///< By folded name.
    void add(Counts Progress::*counts, std::string_view object, std::uint64_t count);
    [[nodiscard]] std::uint64_t find(Counts Progress::*counts, std::string_view object) const;

    mutable Mutex mutex_;
    ConditionVariable changed_;
    Counts rows_ LAMINAR_GUARDED_BY(mutex_);
    Counts rows_read_ LAMINAR_GUARDED_BY(mutex_);
    std::uint64_t version_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
