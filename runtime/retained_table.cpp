#include "runtime/retained_table.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "catalog/catalog.h"
#include "parser/sql_writer.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

// An append costs some 100 us besides its rows: worth it for that many, or when nothing else has come for a while.
constexpr std::size_t rows_that_may_wait = 10'240;
constexpr std::size_t bytes_that_may_wait = 4u << 20;
constexpr std::chrono::seconds longest_wait{1};

/// So many segments make up what is kept; one more of expired rows lies in memory beside them.
constexpr std::uint64_t segments_within_bounds = 8;
// A segment that is smaller than both is not worth a table.
constexpr std::uint64_t least_segment_rows = 2048;
constexpr std::uint64_t least_segment_bytes = 8u << 20;
constexpr std::chrono::seconds least_segment_time{1};

constexpr std::chrono::seconds age_interval{1};

}  // namespace

RetainedTable::RetainedTable(Engine& engine, const TableObject& table, std::shared_ptr<const BatchSchema> schema,
                             std::string rows_sql)
    : engine_(engine),
      name_(table.name),
      options_(table.options),
      rows_sql_(std::move(rows_sql)),
      waiting_(schema),
      slot_(engine.create_batch_slot("retained:" + table.name, schema)),
      last_look_at_age_(Clock::now()) {
    for (const BatchColumn& column : schema->columns) {
        const std::string separator = column_names_.empty() ? "" : ", ";
        const std::string name = quote_identifier(column.name);
        column_definitions_ += fmt::format("{}{} {}", separator, name, to_sql(column.type));
        column_names_ += separator + name;
    }
    engine_.execute("CREATE SCHEMA IF NOT EXISTS laminar_retained");
    open_segment();
    show();
}

RetainedTable::~RetainedTable() {
    insert_waiting_.reset();
    insert_shown_.reset();
    try {
        engine_.execute(fmt::format("DROP VIEW IF EXISTS {}", engine_table_name(name_)));
        for (const Segment& segment : segments_) engine_.execute(fmt::format("DROP TABLE IF EXISTS {}", segment.table));
    } catch (const EngineException&) {
        // The database is going away with everything in it, or already has.
    }
}

void RetainedTable::append(const ColumnBatch& batch) {
    if (batch.rows == 0) return;
    appended_ += batch.rows;
    if (keeps_nothing()) {
        expired_ = appended_;
        return;
    }
    const std::size_t bytes = batch.byte_size();
    if (batch.rows >= rows_that_may_wait || bytes >= bytes_that_may_wait) {
        write_waiting();
        write(batch);
        return;
    }
    if (waiting_.rows == 0) waiting_since_ = Clock::now();
    for (std::size_t index = 0; index < batch.columns.size(); ++index)
        waiting_.columns[index].append_all(batch.columns[index]);
    waiting_.rows += batch.rows;
    waiting_bytes_ += bytes;
    if (waiting_.rows >= rows_that_may_wait || waiting_bytes_ >= bytes_that_may_wait) write_waiting();
}

void RetainedTable::append_shown(std::uint64_t bytes) {
    write_waiting();
    Segment& segment = segment_to_append_to();
    if (!insert_shown_) {
        insert_shown_ =
            engine_.prepare(fmt::format("INSERT INTO {} SELECT {} FROM {}", segment.table, column_names_, rows_sql_));
    }
    const std::uint64_t rows = insert_shown_->execute().rows_changed;
    appended_ += rows;
    count(segment, rows, bytes);
}

void RetainedTable::write_waiting() {
    if (waiting_.rows == 0) return;
    write(waiting_);
    waiting_.clear();
    waiting_bytes_ = 0;
}

void RetainedTable::write(const ColumnBatch& batch) {
    slot_->set_batch(&batch);
    try {
        Segment& segment = segment_to_append_to();
        if (!insert_waiting_) {
            insert_waiting_ = engine_.prepare(
                fmt::format("INSERT INTO {} SELECT {} FROM {}", segment.table, column_names_, slot_->from_sql()));
        }
        (void)insert_waiting_->execute();
        count(segment, batch.rows, batch.byte_size());
    } catch (const EngineException& problem) {
        // Pipelines have had them, and their messages are done with: to try for ever would only fill the memory.
        spdlog::error("[{}] queries will not see {} rows, which could not be kept: {}", name_, batch.rows,
                      problem.what());
        appended_ -= batch.rows;
        lost_ += batch.rows;
        expired_ = std::min(expired_, appended_);
    }
    slot_->set_batch(nullptr);
}

void RetainedTable::count(Segment& segment, std::uint64_t rows, std::uint64_t bytes) {
    if (segment.rows == 0) segment.begun = Clock::now();
    segment.rows += rows;
    segment.bytes += bytes;
    if (options_.retention_rows && appended_ > *options_.retention_rows)
        expired_ = std::max(expired_, appended_ - *options_.retention_rows);
    drop_expired_segments();
}

RetainedTable::Segment& RetainedTable::segment_to_append_to() {
    if (is_full(segments_.back())) open_segment();
    return segments_.back();
}

bool RetainedTable::is_full(const Segment& segment) const {
    if (segment.rows == 0) return false;
    const bool is_small = segment.rows < least_segment_rows && segment.bytes < least_segment_bytes;
    if (options_.retention_rows && !is_small && segment.rows >= *options_.retention_rows / segments_within_bounds)
        return true;
    return options_.retention &&
           Clock::now() - segment.begun >=
               std::max<Clock::duration>(*options_.retention / segments_within_bounds, least_segment_time);
}

void RetainedTable::open_segment() {
    Segment segment;
    segment.table =
        "laminar_retained." + always_quote_identifier(fmt::format("{}:{}", fold_case(name_), segments_made_++));
    segment.first = segments_.empty() ? 0 : segments_.back().end();
    engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} ({})", segment.table, column_definitions_));
    insert_waiting_.reset();
    insert_shown_.reset();
    segments_.push_back(std::move(segment));
    shown_from_.reset();
}

void RetainedTable::drop_expired_segments() {
    if (segments_.back().rows > 0 && segments_.back().end() <= expired_) open_segment();
    while (segments_.size() > 1 && segments_.front().end() <= expired_) {
        engine_.execute("DROP TABLE " + segments_.front().table);
        segments_.pop_front();
        shown_from_.reset();
    }
    if (!shown_from_) show();
}

/// Rows came in the order of their time of processing: the first that is young enough ends those that are not.
void RetainedTable::expire_by_age() {
    last_look_at_age_ = Clock::now();
    for (const Segment& segment : segments_) {
        if (segment.end() <= expired_) continue;
        const ResultTable young = engine_.query(fmt::format(
            "SELECT min(rowid) FROM {} WHERE {} >= (now() AT TIME ZONE 'UTC') - to_microseconds({})", segment.table,
            quote_identifier(hidden_column_name(MetadataField::processed_at)), options_.retention->count()));
        if (young.values[0].is_valid(0)) {
            const auto first = static_cast<std::uint64_t>(young.values[0].values<std::int64_t>()[0]);
            expired_ = std::max(expired_, segment.first + first);
            return;
        }
        expired_ = segment.end();
    }
}

void RetainedTable::show() {
    std::string parts;
    for (const Segment& segment : segments_) {
        const std::uint64_t hidden = expired_ > segment.first ? std::min(expired_ - segment.first, segment.rows) : 0;
        if (!parts.empty()) parts += " UNION ALL ";
        parts += fmt::format("SELECT {} FROM {}", column_names_, segment.table);
        if (hidden > 0) parts += fmt::format(" WHERE rowid >= {}", hidden);
    }
    engine_.execute(fmt::format("CREATE OR REPLACE VIEW {} AS {}", engine_table_name(name_), parts));
    shown_from_ = expired_;
}

void RetainedTable::make_readable() {
    write_waiting();
    if (options_.retention) {
        expire_by_age();
        drop_expired_segments();
    }
    if (shown_from_ != expired_) show();
}

void RetainedTable::maintain() {
    const auto now = Clock::now();
    if (waiting_.rows > 0 && now - waiting_since_ >= longest_wait) write_waiting();
    if (!options_.retention || rows() == 0 || now - last_look_at_age_ < age_interval) return;
    expire_by_age();
    drop_expired_segments();
}

ResultTable RetainedTable::read(std::int64_t& position, std::size_t limit) {
    write_waiting();
    const std::uint64_t from = std::max(static_cast<std::uint64_t>(position), expired_);
    const auto segment =
        std::find_if(segments_.begin(), segments_.end(), [&](const Segment& one) { return one.end() > from; });
    if (segment == segments_.end()) return {};
    const std::uint64_t row = from > segment->first ? from - segment->first : 0;
    ResultTable rows = engine_.query(fmt::format("SELECT {} FROM {} WHERE rowid >= {} ORDER BY rowid LIMIT {}",
                                                 column_names_, segment->table, row, limit));
    position = static_cast<std::int64_t>(segment->first + row + rows.rows);
    return rows;
}

}  // namespace laminar
