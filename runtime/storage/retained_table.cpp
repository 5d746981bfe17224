#include "runtime/storage/retained_table.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "connectors/rows/utc_clock.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

/// Deleting costs a scan: let a tenth more than the bound pile up between two times.
constexpr std::uint64_t slack(std::uint64_t bound) { return bound / 10 + 2048; }
/// Nor more bytes than that, when rows are large.
constexpr std::uint64_t byte_slack = 64ULL << 20;

constexpr std::chrono::seconds retry_interval{1};

/// How much older than the bound rows may become before they are deleted: a small part of it.
std::int64_t age_slack(std::chrono::microseconds retention) {
    return std::clamp<std::int64_t>(retention.count() / 64, 1'000'000, 60'000'000);
}

// How large rows are is known for parts of that many bytes: for a bound of size that is fine enough.
constexpr std::uint64_t bytes_of_part = 256u << 10;

std::optional<std::int64_t> smallest_row_id(Engine& engine, const std::string& table) {
    const ResultTable row = engine.query(fmt::format("SELECT min(rowid) FROM {}", table));
    if (row.rows == 0 || !row.values[0].is_valid(0)) return std::nullopt;
    return row.values[0].values<std::int64_t>()[0];
}

/// One that is replaced is there until the other is complete. Whatever the name looks like, no other table has it.
std::string free_table_name(Engine& engine, std::string name) {
    const auto is_taken = [&] {
        return engine
                   .query(fmt::format(
                       "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'laminar_retained' AND table_name = {}",
                       quote_string(name)))
                   .rows > 0;
    };
    while (is_taken()) name += " (replacing)";
    return "laminar_retained." + always_quote_identifier(name);
}

constexpr const char* place_column = "place";

ResultTable single_place(std::int64_t place) {
    ResultTable row = empty_rows({{place_column, TypeId::bigint}});
    row.values.front().append(place);
    row.rows = 1;
    return row;
}

}  // namespace

RetainedTable::RetainedTable(Engine& engine, const TableObject& table, const std::shared_ptr<const BatchSchema>& schema,
                             const std::string& rows_sql, StateStore* store, const std::string& key)
    : engine_(engine),
      store_(store),
      name_(table.name),
      table_(store ? "laminar_retained." + always_quote_identifier(fold_case(key))
                   : free_table_name(engine, fold_case(table.name))),
      view_(engine_table_name(table.name)),
      options_(table.options),
      memory_(engine),
      buffer_(ColumnBatch(schema), rows_to_retain),
      slot_(engine.create_batch_slot("retained:" + table_, schema)) {
    make(*schema, fold_case(key));
    std::string names;
    for (const BatchColumn& column : schema->columns)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", quote_identifier(column.name));
    if (store_) {
        store_->claim(table_);
        place_slot_ = engine_.create_row_slot("places:" + table_, {{place_column, TypeId::bigint}});
        insert_shown_sql_ = fmt::format("INSERT INTO {} SELECT {}, (SELECT {} FROM {}) + row_number() OVER () FROM {}",
                                        table_, names, place_column, place_slot_->from_sql(), rows_sql);
        return;
    }
    insert_batch_ = engine.prepare(fmt::format("INSERT INTO {} SELECT {} FROM {}", table_, names, slot_->from_sql()));
    insert_shown_sql_ = fmt::format("INSERT INTO {} SELECT {} FROM {}", table_, names, rows_sql);
}

/// The table's columns have names of their own, so that none hides what the engine calls rowid. In a data directory row
/// ids are no places: a checkpoint may change them at any time. The engine keeps the columns there as the table's
/// comment, so that rows of others are not taken for them.
void RetainedTable::make(const BatchSchema& schema, const std::string& key) {
    std::string definitions;
    std::string named;
    for (std::size_t index = 0; index < schema.columns.size(); ++index) {
        const BatchColumn& column = schema.columns[index];
        const std::string separator = index == 0 ? "" : ", ";
        definitions += fmt::format("{}c{} {}", separator, index, to_sql(column.type));
        named += fmt::format("{}c{} AS {}", separator, index, quote_identifier(column.name));
        if (column.name == hidden_column_name(MetadataField::processed_at)) time_column_ = fmt::format("c{}", index);
    }
    engine_.execute("CREATE SCHEMA IF NOT EXISTS laminar_retained");
    if (store_) {
        definitions += fmt::format(", {} BIGINT", place_column);
        const ResultTable found = engine_.query(
            fmt::format("SELECT coalesce(comment, '') FROM duckdb_tables() WHERE schema_name = 'laminar_retained' AND "
                        "table_name = {}",
                        quote_string(key)));
        if (found.rows > 0 && found.values[0].string_at(0) != definitions)
            throw EngineException(
                {.type = "State",
                 .message = fmt::format("the rows that table \"{}\" has retained are of other columns", name_)});
        if (found.rows == 0) {
            engine_.execute(fmt::format("CREATE TABLE {} ({})", table_, definitions));
            engine_.execute(fmt::format("COMMENT ON TABLE {} IS {}", table_, quote_string(definitions)));
        }
    } else {
        engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} ({})", table_, definitions));
    }
    engine_.execute(fmt::format("CREATE OR REPLACE VIEW {} AS SELECT {} FROM {}", view_, named, table_));
}

RetainedTable::~RetainedTable() {
    insert_batch_.reset();
    insert_shown_.reset();
    if (left_to_engine_ || (store_ && store_->is_closed())) return;
    if (store_) store_->give_up(table_);
    try {
        if (has_view_) engine_.execute(fmt::format("DROP VIEW IF EXISTS {}", view_));
        engine_.execute(fmt::format("DROP TABLE IF EXISTS {}", table_));
    } catch (const EngineException&) {
        // The database is going away with everything in it, or already has.
    }
}

void RetainedTable::take_up(ScopedNumbers numbers) {
    const ResultTable there = engine_.query(
        fmt::format("SELECT count(*), CAST(coalesce(max({}), 0) AS BIGINT) FROM {}", place_column, table_));
    const auto number_at = [&](std::size_t column) { return there.values[column].values<std::int64_t>()[0]; };
    last_place_ = std::max(number_at(1), numbers.find("place").value_or(0));
    expired_ = static_cast<std::uint64_t>(numbers.find("expired").value_or(0));
    rows_ = static_cast<std::uint64_t>(number_at(0));
    // Nobody knows which of them are how large: one as large as the other.
    std::uint64_t bytes = static_cast<std::uint64_t>(numbers.find("bytes").value_or(0));
    for (std::uint64_t rows = rows_; rows > 0;) {
        const std::uint64_t bytes_per_row = std::max<std::uint64_t>(bytes / rows, 1);
        const std::uint64_t part = std::min(rows, std::max<std::uint64_t>(bytes_of_part / bytes_per_row, 1));
        const std::uint64_t part_bytes = part == rows ? bytes : part * bytes_per_row;
        written_parts_.push_back({part, part_bytes});
        written_.rows += part;
        written_.bytes += part_bytes;
        rows -= part;
        bytes -= std::min(bytes, part_bytes);
    }
}

void RetainedTable::save(ScopedNumbers numbers) const {
    numbers.set("place", last_place_ + static_cast<std::int64_t>(uncommitted_.rows));
    numbers.set("bytes", static_cast<std::int64_t>(written_.bytes + uncommitted_.bytes));
    numbers.set("expired", static_cast<std::int64_t>(expired_));
}

void RetainedTable::write_shown(std::uint64_t bytes) {
    uncommitted_ = {};
    if (keeps_none()) return;
    if (!insert_shown_) insert_shown_ = engine_.prepare(insert_shown_sql_);
    const ResultTable place = single_place(last_place_);
    const ShownRows shown(*place_slot_, place);
    uncommitted_ = {insert_shown_->execute().rows_changed, bytes};
}

void RetainedTable::on_commit() {
    begin_age();
    const Amount written = std::exchange(uncommitted_, {});
    last_place_ += static_cast<std::int64_t>(written.rows);
    rows_ += written.rows;
    count_written(written.rows, written.bytes);
}

void RetainedTable::lose(std::uint64_t rows, const std::string& reason) {
    uncommitted_ = {};
    spdlog::error("[{}] queries will not see {} rows, which could not be kept: {}", name_, rows, reason);
    if (failure_.empty()) failure_ = fmt::format("{} rows could not be kept: {}", rows, reason);
    expired_ += rows;
}

void RetainedTable::append(ColumnBatch& batch) {
    if (batch.rows == 0) return;
    if (keeps_none()) {
        expired_ += batch.rows;
        return;
    }
    begin_age();
    buffer_.append(batch);
    rows_ += batch.rows;
    drop_expired();
    if (buffer_.is_full() || buffer_.bytes() >= memory_.bytes(rows_to_retain.bytes)) write_buffer();
}

void RetainedTable::append_shown(std::uint64_t bytes) {
    write_buffer();
    begin_age();
    if (!insert_shown_) insert_shown_ = engine_.prepare(insert_shown_sql_);
    const std::uint64_t rows = insert_shown_->execute().rows_changed;
    rows_ += rows;
    count_written(rows, bytes);
}

/// Whole portions that no query will ever see. While there are rows in the engine, those are the oldest.
void RetainedTable::drop_expired() {
    // The time of a portion is that of its newest rows.
    const auto is_beyond = [&](const ColumnBatch& portion) {
        if (surplus() >= portion.rows) return true;
        return options_.retention && portion.processed_at < utc_now() - options_.retention->count();
    };
    while (rows_written() == 0 && !buffer_.empty() && is_beyond(buffer_.portions().front().rows)) {
        const std::size_t rows = buffer_.portions().front().rows.rows;
        rows_ -= rows;
        expired_ += rows;
        buffer_.pop_front();
    }
}

void RetainedTable::write_buffer() {
    buffer_.hand_over([this](ColumnBatch& portion) { write(portion); });
    buffer_.commit();
}

void RetainedTable::write(ColumnBatch& batch) {
    slot_->set_batch(&batch);
    try {
        (void)insert_batch_->execute();
        count_written(batch.rows, batch.byte_size());
    } catch (const EngineException& problem) {
        // Pipelines have had them, and their messages are done with: to try for ever would only fill the memory.
        rows_ -= batch.rows;
        lose(batch.rows, problem.what());
    }
    slot_->set_batch(nullptr);
}

void RetainedTable::count_written(std::uint64_t rows, std::uint64_t bytes) {
    if (rows == 0) return;
    written_.rows += rows;
    written_.bytes += bytes;
    untrimmed_bytes_ += bytes;
    if (written_parts_.empty() || written_parts_.back().bytes >= bytes_of_part) written_parts_.emplace_back();
    written_parts_.back().rows += rows;
    written_parts_.back().bytes += bytes;
}

/// The oldest rows have gone.
void RetainedTable::forget_written(std::uint64_t rows) {
    while (rows > 0 && !written_parts_.empty()) {
        Amount& part = written_parts_.front();
        const std::uint64_t gone = std::min(rows, part.rows);
        const std::uint64_t bytes = part.bytes * gone / part.rows;  // Parts are small: no overflow.
        rows -= gone;
        part.rows -= gone;
        part.bytes -= bytes;
        written_.rows -= gone;
        written_.bytes -= bytes;
        deleted_.bytes += bytes;
        if (part.rows == 0) written_parts_.pop_front();
    }
}

void RetainedTable::make_readable() {
    drop_expired();
    write_buffer();
    if (options_.retention) delete_by_age();
    if (surplus() > 0) delete_by_count();
}

void RetainedTable::maintain() {
    const auto now = Clock::now();
    if (now >= rest_until_) {
        try {
            trim_roughly();
        } catch (const EngineException& problem) {
            rest_until_ = now + retry_interval;
            spdlog::error("[{}] rows beyond the table's bounds could not be deleted yet: {}", name_, problem.what());
        }
    }
    drop_expired();
    if (buffer_.is_due(now)) write_buffer();
}

void RetainedTable::trim_roughly() {
    if (rows_written() == 0) return;
    if (options_.retention) {
        const std::int64_t bound = utc_now() - options_.retention->count();
        if (oldest_ + age_slack(*options_.retention) < bound) delete_by_age();
    }
    if (surplus() == 0) return;
    if (is_far_beyond() || untrimmed_bytes_ > byte_slack) delete_by_count();
}

bool RetainedTable::is_far_beyond() const noexcept {
    if (options_.retention_rows && surplus_by_count() > slack(*options_.retention_rows)) return true;
    return options_.retention_bytes &&
           bytes() > *options_.retention_bytes + *options_.retention_bytes / 10 + bytes_of_part;
}

std::uint64_t RetainedTable::surplus_by_size() const noexcept {
    if (!options_.retention_bytes || bytes() <= *options_.retention_bytes) return 0;
    std::uint64_t excess = bytes() - *options_.retention_bytes;
    std::uint64_t rows = 0;
    const auto leave_out = [&](std::uint64_t part_rows, std::uint64_t part_bytes) {
        if (excess >= part_bytes) {
            rows += part_rows;
            excess -= part_bytes;
            return true;
        }
        // Of rows as large as the others of their part.
        rows += (excess * part_rows + part_bytes - 1) / part_bytes;
        return false;
    };
    for (const Amount& part : written_parts_) {
        if (excess == 0 || !leave_out(part.rows, part.bytes)) return rows;
    }
    for (const auto& portion : buffer_.portions()) {
        if (excess == 0 || !leave_out(portion.rows.rows, portion.bytes)) return rows;
    }
    return rows;
}

std::uint64_t RetainedTable::surplus_by_count() const noexcept {
    return options_.retention_rows && rows_ > *options_.retention_rows ? rows_ - *options_.retention_rows : 0;
}

std::uint64_t RetainedTable::rows() const noexcept { return rows_ - surplus(); }

/// Before the first row comes in: it was processed in this cycle, which has not lasted for that long.
void RetainedTable::begin_age() {
    if (rows_ == 0) oldest_ = utc_now() - std::chrono::microseconds(std::chrono::minutes(1)).count();
}

void RetainedTable::delete_by_age() {
    oldest_ = utc_now() - options_.retention->count();
    count_deleted(engine_
                      .query(fmt::format("DELETE FROM {} WHERE {} < (now() AT TIME ZONE 'UTC') - to_microseconds({})",
                                         table_, time_column_, options_.retention->count()))
                      .rows_changed);
}

void RetainedTable::delete_by_count() {
    std::uint64_t too_many = std::min(surplus(), rows_written());
    untrimmed_bytes_ = 0;
    // Row ids grow with insertion, so that the smallest are the oldest. As a rule there are no gaps between them: the
    // engine then finds the rows by their row groups, while it would have to sort the whole table to count them off.
    const std::optional<std::int64_t> first = smallest_row_id(engine_, table_);
    if (!first) return;
    const std::int64_t bound = *first + static_cast<std::int64_t>(too_many);
    const std::uint64_t deleted =
        engine_.query(fmt::format("DELETE FROM {} WHERE rowid < {}", table_, bound)).rows_changed;
    count_deleted(deleted);
    too_many -= std::min(too_many, deleted);
    if (too_many == 0) return;
    count_deleted(
        engine_
            .query(fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} ORDER BY rowid LIMIT {1})",
                               table_, too_many))
            .rows_changed);
}

void RetainedTable::count_deleted(std::uint64_t rows) {
    const std::uint64_t gone = std::min(rows_, rows);
    rows_ -= gone;
    expired_ += gone;
    deleted_.rows += gone;
    forget_written(gone);
}

ResultTable RetainedTable::read(std::int64_t& position, std::size_t limit) {
    if (position == 0)
        make_readable();
    else
        write_buffer();
    ResultTable rows =
        engine_.query(fmt::format("SELECT *{0} FROM {1} WHERE {2} >= {3} ORDER BY {2} LIMIT {4}",
                                  store_ ? "" : ", rowid", table_, store_ ? place_column : "rowid", position, limit));
    if (rows.rows > 0) position = rows.values.back().values<std::int64_t>()[rows.rows - 1] + 1;
    rows.values.pop_back();
    rows.columns.pop_back();
    return rows;
}

}  // namespace laminar
