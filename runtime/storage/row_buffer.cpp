#include "runtime/storage/row_buffer.h"

#include <algorithm>
#include <utility>

#include "connectors/codec/rows/metadata_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

// What differs between the kinds of rows.

/// Its metadata is still to be made from the facts of its messages.
bool is_deferred(const ColumnBatch& batch) { return batch.facts.size() == batch.rows; }

bool can_follow(const ColumnBatch& rows, const ColumnBatch& more) { return is_deferred(rows) == is_deferred(more); }
bool can_follow(const ResultTable&, const ResultTable&) { return true; }

void prepare(ColumnBatch& batch) {
    for (std::size_t index = 0; index < batch.columns.size(); ++index) {
        // A batch knows one time for all of its rows, a portion has rows of several batches.
        if (!is_deferred(batch) || batch.schema->columns[index].metadata == MetadataField::processed_at)
            fill_in_metadata(batch, index);
    }
}
void prepare(ResultTable&) {}

void add(ColumnBatch& rows, ColumnBatch& more) {
    const bool deferred = is_deferred(more);
    for (std::size_t index = 0; index < more.columns.size(); ++index) {
        const BatchColumn& column = rows.schema->columns[index];
        const bool comes_later = deferred && column.is_deferred() && column.metadata != MetadataField::processed_at;
        if (!comes_later) rows.columns[index].append_all(more.columns[index]);
    }
    if (deferred) rows.facts.append_all(more.facts);
    rows.rows += more.rows;
    rows.processed_at = std::max(rows.processed_at, more.processed_at);
}
void add(ResultTable& rows, ResultTable& more) { append_rows(rows, std::move(more)); }

void truncate(ColumnBatch& rows, std::size_t count) { rows.truncate(count); }
void truncate(ResultTable& rows, std::size_t count) {
    for (ColumnVector& column : rows.values) column.truncate(count);
    rows.rows = std::min(rows.rows, count);
}

/// Without its rows it serves again.
bool can_be_reused(ColumnBatch& batch) {
    batch.clear();
    return true;
}
/// Rows of results bring their memory.
bool can_be_reused(ResultTable&) { return false; }

}  // namespace

template <class Rows>
void RowBuffer<Rows>::append(Rows& rows, Clock::time_point now) {
    if (rows.rows == 0) return;
    prepare(rows);
    Portion& portion = portion_for(rows, now);
    const std::size_t rows_before = portion.rows.rows;
    const std::size_t added = rows.rows;
    try {
        add(portion.rows, rows);
    } catch (...) {
        truncate(portion.rows, rows_before);
        if (rows_before == 0) portions_.pop_back();
        throw;
    }
    rows_ += added;
    measure(portion);
}

template <class Rows>
typename RowBuffer<Rows>::Portion& RowBuffer<Rows>::portion_for(const Rows& rows, Clock::time_point now) {
    if (!portions_.empty() && portions_.size() > handed_over_) {
        Portion& last = portions_.back();
        const bool fits = can_follow(last.rows, rows) && last.rows.rows + rows.rows <= bounds_.portion_rows &&
                          last.bytes < bounds_.portion_bytes;
        if (fits) return last;
    }
    if (!spare_) return portions_.emplace_back(Portion{none_, 0, now});
    Portion& reused = portions_.emplace_back(Portion{std::move(*spare_), 0, now});
    spare_.reset();
    return reused;
}

template <class Rows>
void RowBuffer<Rows>::measure(Portion& portion) {
    const std::size_t bytes = portion.rows.byte_size();
    bytes_ += bytes - std::exchange(portion.bytes, bytes);
}

template <class Rows>
void RowBuffer<Rows>::replace_uncommitted(Rows& rows, Clock::time_point now) {
    take_back();
    forget_uncommitted();
    append(rows, now);
}

template <class Rows>
void RowBuffer<Rows>::forget_uncommitted() {
    while (rows_ > committed_) {
        Portion& last = portions_.back();
        const std::uint64_t uncommitted = std::min<std::uint64_t>(rows_ - committed_, last.rows.rows);
        rows_ -= uncommitted;
        truncate(last.rows, last.rows.rows - uncommitted);
        measure(last);
        if (last.rows.rows > 0) return;
        bytes_ -= last.bytes;
        portions_.pop_back();
    }
}

template <class Rows>
void RowBuffer<Rows>::hand_over(const Destination& destination) {
    for (; handed_over_ < portions_.size(); ++handed_over_) destination(portions_[handed_over_].rows);
}

template <class Rows>
void RowBuffer<Rows>::commit() {
    while (handed_over_ > 0) pop_front();
    committed_ = rows_;
}

template <class Rows>
void RowBuffer<Rows>::clear() {
    while (!portions_.empty()) pop_front();
}

template <class Rows>
void RowBuffer<Rows>::pop_front() {
    Portion& first = portions_.front();
    rows_ -= first.rows.rows;
    bytes_ -= first.bytes;
    committed_ -= std::min<std::uint64_t>(committed_, first.rows.rows);
    if (handed_over_ > 0) --handed_over_;
    if (can_be_reused(first.rows)) spare_ = std::move(first.rows);
    portions_.pop_front();
}

template <class Rows>
bool RowBuffer<Rows>::is_due(Clock::time_point now) const noexcept {
    if (!bounds_.age || portions_.empty()) return false;
    return now - portions_.front().since >= (rows_ < bounds_.few_rows ? bounds_.age_of_few : *bounds_.age);
}

template class RowBuffer<ColumnBatch>;
template class RowBuffer<ResultTable>;

}  // namespace laminar
