#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>

#include "connectors/rows/column_batch.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// How many rows are collected, and for how long. With larger values there are fewer statements, each over more rows;
/// the rows take more memory, and whoever asks for them meanwhile waits longer until all have gone on.
struct RowBufferBounds {
    static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t rows = unbounded;          ///< Full with so many,
    std::size_t bytes = unbounded;           ///< or with so many bytes.
    std::uint64_t portion_rows = unbounded;  ///< Of what goes on at a time: no more rows (but for a larger batch),
    std::size_t portion_bytes = unbounded;   ///< and not a batch more when it has so many bytes.
    /// Due when the oldest rows have been in it so long; without, only whoever reads them and the other bounds count.
    std::optional<std::chrono::seconds> age = std::nullopt;
    std::uint64_t few_rows = 0;          ///< While there are fewer rows than this,
    std::chrono::seconds age_of_few{0};  ///< they are due only after so long.
};

/// Rows for the parts of windows. The engine makes a table of 2 MiB for every grouping that is worth it: some 0.2 ms.
inline constexpr RowBufferBounds rows_to_sum_up{.rows = 8192, .bytes = 4u << 20};

/// Rows for the table of a state. An INSERT with its transaction costs as much as taking in a small batch.
inline constexpr RowBufferBounds rows_of_state{.rows = 10'240, .bytes = 4u << 20};

/// The same where a data directory keeps the state: all of it has to be in the table at every commit.
inline constexpr RowBufferBounds rows_of_kept_state{.rows = 1};

/// Groups of an aggregate. In memory they cost no statement; in the table of a state every cycle reads and writes those
/// at hand by statements over all of them.
inline constexpr RowBufferBounds groups_of_state{.bytes = 64u << 20};

/// Rows that a stream table retains. An append costs some 100 us besides its rows: worth it for a portion. A query
/// writes all of them before it reads: not so many that one has to be patient. Few rows are written in no time when
/// somebody reads; of many tables each would cost a statement every second.
inline constexpr RowBufferBounds rows_to_retain{.rows = 131'072,
                                                .bytes = 64u << 20,
                                                .portion_rows = 10'240,
                                                .portion_bytes = 4u << 20,
                                                .age = std::chrono::seconds(1),
                                                .few_rows = 1024,
                                                .age_of_few = std::chrono::seconds(30)};

/// Rows in memory, oldest first, on their way to something that costs as much for one of them as for thousands: a
/// statement. They go on when there are many, when they are old, or when somebody needs them. What has come, and what
/// has gone on, is certain with the next commit. Rows is ColumnBatch or ResultTable. Engine thread only.
template <class Rows>
class RowBuffer {
public:
    using Clock = std::chrono::steady_clock;
    using Destination = std::function<void(Rows& portion)>;

    struct Portion {
        Rows rows;
        std::size_t bytes = 0;
        Clock::time_point since;  ///< Its oldest rows.
    };

    /// none: a batch of the columns of all that will come, without rows.
    RowBuffer(Rows none, const RowBufferBounds& bounds) : none_(std::move(none)), bounds_(bounds) {}

    /// Adds rows at the end. Those of a ResultTable are moved; those of a ColumnBatch, which is used again, are copied,
    /// and its deferred metadata stays deferred. Throws std::bad_alloc, and has none of them then.
    void append(Rows& rows, Clock::time_point now = Clock::now());
    /// The same in the place of all that came since the last commit; nothing has gone on.
    void replace_uncommitted(Rows& rows, Clock::time_point now = Clock::now());

    /// Gives the destination what it has not had yet, portion by portion. It is still there until the commit.
    void hand_over(const Destination& destination);
    /// What was handed over has come to nothing: it goes on again.
    void take_back() noexcept { handed_over_ = 0; }
    /// What was handed over is gone; the rest stays, whatever comes.
    void commit();
    /// Drops everything.
    void clear();
    /// Drops the oldest portion, handed over or not. Not of none.
    void pop_front();

    [[nodiscard]] bool is_full() const noexcept { return rows_ >= bounds_.rows || bytes_ >= bounds_.bytes; }
    [[nodiscard]] bool is_due(Clock::time_point now) const noexcept;

    [[nodiscard]] bool empty() const noexcept { return portions_.empty(); }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// Of them, those that were there at the last commit and have not been handed over since.
    [[nodiscard]] std::uint64_t committed_rows() const noexcept { return handed_over_ > 0 ? 0 : committed_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// The oldest first; none of them is empty.
    [[nodiscard]] const std::deque<Portion>& portions() const noexcept { return portions_; }
    /// All rows, where portions are unbounded. Its place changes when it becomes empty, or is so no longer.
    [[nodiscard]] const Rows& whole() const noexcept { return portions_.empty() ? none_ : portions_.front().rows; }

private:
    Portion& portion_for(const Rows& rows, Clock::time_point now);
    void forget_uncommitted();
    void measure(Portion& portion);

    Rows none_;
    RowBufferBounds bounds_;
    std::deque<Portion> portions_;
    std::optional<Rows> spare_;    ///< Its memory serves the next portion.
    std::size_t handed_over_ = 0;  ///< Portions, the first.
    std::uint64_t committed_ = 0;  ///< Rows, the first.
    std::uint64_t rows_ = 0;
    std::size_t bytes_ = 0;
};

extern template class RowBuffer<ColumnBatch>;
extern template class RowBuffer<ResultTable>;

}  // namespace laminar
