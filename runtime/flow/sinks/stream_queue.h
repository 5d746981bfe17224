#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "catalog/threads/mutex.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// What becomes of the rows of a stream whose reader is slower than it.
enum class SlowReader : std::uint8_t {
    holds_up,   ///< The pipeline waits, and through its inputs the feed: nothing is lost.
    loses_rows  ///< Rows beyond the bound are left out, and counted: others that read the same feed go on.
};

/// Rows of streams on their way to a reader that has a pace and a thread of its own, in the order in which they were
/// made. Bounded: it is full with so many bytes, plus what one cycle adds. Thread-safe.
class StreamQueue {
public:
    struct Rows {
        std::string stream;
        ResultTable rows;
        std::string failure = {};  ///< Why no more of this stream come; there are no rows then.
    };

    /// bytes: more lets a reader fall further behind before anybody waits or loses rows, for as much memory.
    /// on_change is called on the reader's thread when a full queue has room again, and when rows have been shown; it
    /// must not block.
    StreamQueue(SlowReader slow_reader, std::size_t bytes, std::function<void()> on_change)
        : slow_reader_(slow_reader), bytes_(bytes), on_change_(std::move(on_change)) {}

    /// Engine thread. Throws what fail was called with.
    void put(std::string_view stream, ResultTable rows);
    /// The stream has failed, after all that was put: its reader is told, however far behind it is. Engine thread.
    void put_failure(std::string_view stream, std::string reason);
    /// False: whoever puts should wait. Always true of a reader that loses rows.
    [[nodiscard]] bool has_room() const;

    /// The reader's thread: waits for rows; nothing once it is closed. What was taken before counts as shown.
    [[nodiscard]] std::optional<Rows> take();
    /// What was taken could not be shown: nothing more will be, and the next put throws.
    void fail(std::exception_ptr problem);

    /// Since the beginning; shown counts those that never will be, too.
    [[nodiscard]] std::uint64_t put_rows() const;
    [[nodiscard]] std::uint64_t shown_rows() const;
    /// Left out, of all streams.
    [[nodiscard]] std::uint64_t rows_left_out() const;
    /// Why nothing can be shown any more; null while it can.
    [[nodiscard]] std::exception_ptr failure() const;

    /// Nobody reads any more: what comes is dropped. Ends the present take and those to come.
    void close();

private:
    [[nodiscard]] bool is_full() const noexcept LAMINAR_REQUIRES(mutex_) { return waiting_bytes_ >= bytes_; }
    void forget_waiting() noexcept LAMINAR_REQUIRES(mutex_);
    void count_taken_as_shown();

    const SlowReader slow_reader_;
    const std::size_t bytes_;
    const std::function<void()> on_change_;
    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::deque<Rows> rows_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t waiting_bytes_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t put_rows_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t shown_rows_ LAMINAR_GUARDED_BY(mutex_) = 0;
    std::uint64_t taken_rows_ LAMINAR_GUARDED_BY(mutex_) = 0;  ///< Being shown.
    std::uint64_t left_out_ LAMINAR_GUARDED_BY(mutex_) = 0;
    bool is_losing_ LAMINAR_GUARDED_BY(mutex_) = false;  ///< And has been told of.
    bool closed_ LAMINAR_GUARDED_BY(mutex_) = false;
    std::exception_ptr failure_ LAMINAR_GUARDED_BY(mutex_);
};

}  // namespace laminar
