#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// Rows of a stream table that are not written to the engine yet, oldest first, in segments: batches that are large
/// enough to be written, or dropped, whole. Metadata stays deferred. Engine thread only.
class WaitingRows {
public:
    using Clock = std::chrono::steady_clock;

    struct Segment {
        std::unique_ptr<ColumnBatch> batch;
        std::size_t bytes = 0;
        Clock::time_point since;             ///< Its oldest rows.
        std::int64_t last_processed_at = 0;  ///< Its newest rows; microseconds since the epoch.
        bool is_deferred = true;             ///< Its metadata is still to be made from its facts.
    };

    explicit WaitingRows(std::shared_ptr<const BatchSchema> schema) : schema_(std::move(schema)) {}

    /// Copies the rows of a batch of the schema. Throws std::bad_alloc, and has none of them then.
    void add(ColumnBatch& batch, Clock::time_point now);

    [[nodiscard]] bool empty() const noexcept { return segments_.empty(); }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// The oldest. Not of none.
    [[nodiscard]] const Segment& front() const noexcept { return segments_.front(); }
    /// The oldest first.
    [[nodiscard]] const std::deque<Segment>& segments() const noexcept { return segments_; }
    void pop_front();

private:
    Segment& segment_for(const ColumnBatch& batch, bool is_deferred, Clock::time_point now);
    [[nodiscard]] std::unique_ptr<ColumnBatch> empty_batch();

    std::shared_ptr<const BatchSchema> schema_;
    std::deque<Segment> segments_;
    std::unique_ptr<ColumnBatch> spare_;  ///< Its memory serves the next segment.
    std::uint64_t rows_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace laminar
