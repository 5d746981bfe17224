#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// What has happened so far, and a place to wait for more. Thread-safe.
class Progress {
public:
    /// Rows that passed a table, pipeline or subscription.
    void add_rows(std::string_view object, std::uint64_t count);
    void forget(std::string_view object);
    [[nodiscard]] std::uint64_t rows(std::string_view object) const;

    /// Something changed that a waiter may care about.
    void notify();

    /// Waits until satisfied returns true; false when the deadline passed or cancel was called. satisfied runs under no
    /// lock.
    bool wait(const std::function<bool()>& satisfied, std::optional<std::chrono::steady_clock::time_point> deadline);

    /// Makes the present wait end, and those that follow until reset.
    void cancel() noexcept;
    void reset_cancel() noexcept { cancelled_ = false; }
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::uint64_t, std::less<>> rows_;  ///< By folded name; guarded by mutex_, as version_.
    std::uint64_t version_ = 0;
    std::atomic<bool> cancelled_ = false;
};

}  // namespace laminar
