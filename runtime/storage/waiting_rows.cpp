#include "runtime/storage/waiting_rows.h"

#include <algorithm>
#include <utility>

#include "connectors/codec/rows/metadata_writer.h"

namespace laminar {

namespace {

// An append costs some 100 us besides its rows: worth it for that many.
constexpr std::size_t rows_of_segment = 10'240;
constexpr std::size_t bytes_of_segment = 4u << 20;

}  // namespace

void WaitingRows::add(ColumnBatch& batch, Clock::time_point now) {
    if (batch.rows == 0) return;
    const bool is_deferred = batch.facts.size() == batch.rows;
    for (std::size_t index = 0; index < batch.columns.size(); ++index) {
        // The batch knows one time for all of its rows, a segment has rows of several batches.
        if (!is_deferred || schema_->columns[index].metadata == MetadataField::processed_at)
            fill_in_metadata(batch, index);
    }
    Segment& segment = segment_for(batch, is_deferred, now);
    ColumnBatch& rows = *segment.batch;
    try {
        for (std::size_t index = 0; index < batch.columns.size(); ++index) {
            const BatchColumn& column = schema_->columns[index];
            const bool comes_later =
                is_deferred && column.is_deferred() && column.metadata != MetadataField::processed_at;
            if (!comes_later) rows.columns[index].append_all(batch.columns[index]);
        }
        if (is_deferred) rows.facts.append_all(batch.facts);
    } catch (...) {
        rows.truncate(rows.rows);
        throw;
    }
    rows.rows += batch.rows;
    segment.last_processed_at = std::max(segment.last_processed_at, batch.processed_at);
    rows_ += batch.rows;
    const std::size_t bytes = rows.byte_size();
    bytes_ += bytes - std::exchange(segment.bytes, bytes);
}

WaitingRows::Segment& WaitingRows::segment_for(const ColumnBatch& batch, bool is_deferred, Clock::time_point now) {
    const bool fits = !segments_.empty() && segments_.back().is_deferred == is_deferred &&
                      segments_.back().batch->rows + batch.rows <= rows_of_segment &&
                      segments_.back().bytes < bytes_of_segment;
    if (fits) return segments_.back();
    Segment segment;
    segment.batch = empty_batch();
    segment.since = now;
    segment.is_deferred = is_deferred;
    return segments_.emplace_back(std::move(segment));
}

std::unique_ptr<ColumnBatch> WaitingRows::empty_batch() {
    return spare_ ? std::exchange(spare_, nullptr) : std::make_unique<ColumnBatch>(schema_);
}

void WaitingRows::pop_front() {
    rows_ -= segments_.front().batch->rows;
    bytes_ -= segments_.front().bytes;
    spare_ = std::move(segments_.front().batch);
    spare_->clear();
    segments_.pop_front();
}

}  // namespace laminar
