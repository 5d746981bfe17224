#include "runtime/retained_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "parser/sql_writer.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

/// Deleting costs a scan: let a tenth more than the bound pile up between two trims.
constexpr std::uint64_t slack(std::uint64_t bound) { return bound / 10 + 2048; }
/// Nor more bytes than that, when rows are large.
constexpr std::uint64_t byte_slack = 64ULL << 20;

constexpr std::chrono::seconds age_trim_interval{1};

std::optional<std::int64_t> smallest_row_id(Engine& engine, const std::string& table) {
    const ResultTable row = engine.query(fmt::format("SELECT min(rowid) FROM {}", table));
    if (row.rows == 0 || !row.values[0].is_valid(0)) return std::nullopt;
    return row.values[0].values<std::int64_t>()[0];
}

}  // namespace

RetainedTable::RetainedTable(Engine& engine, const TableObject& table, const BatchSchema& schema,
                             const std::string& rows_sql)
    : engine_(engine),
      name_(engine_table_name(table.name)),
      options_(table.options),
      last_trim_by_age_(std::chrono::steady_clock::now()) {
    std::string columns;
    std::string names;
    for (const BatchColumn& column : schema.columns) {
        const std::string separator = columns.empty() ? "" : ", ";
        const std::string name = quote_identifier(column.name);
        columns += fmt::format("{}{} {}", separator, name, to_sql(column.type));
        names += separator + name;
    }
    engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} ({})", name_, columns));
    insert_ = engine_.prepare(fmt::format("INSERT INTO {} SELECT {} FROM {}", name_, names, rows_sql));
}

RetainedTable::~RetainedTable() {
    insert_.reset();
    try {
        engine_.execute(fmt::format("DROP TABLE IF EXISTS {}", name_));
    } catch (const EngineException&) {
        // The database is going away with everything in it, or already has.
    }
}

void RetainedTable::append(std::uint64_t bytes) {
    rows_ += insert_->execute().rows_changed;
    untrimmed_bytes_ += bytes;
}

ResultTable RetainedTable::read(std::int64_t& position, std::size_t limit) {
    ResultTable rows = engine_.query(
        fmt::format("SELECT *, rowid FROM {} WHERE rowid >= {} ORDER BY rowid LIMIT {}", name_, position, limit));
    if (rows.rows > 0) position = rows.values.back().values<std::int64_t>()[rows.rows - 1] + 1;
    rows.values.pop_back();
    rows.columns.pop_back();
    return rows;
}

void RetainedTable::trim() {
    if (options_.retention) trim_by_age();
    if (options_.retention_rows && rows_ > *options_.retention_rows) trim_by_count();
}

void RetainedTable::trim_if_due() {
    const auto now = std::chrono::steady_clock::now();
    if (options_.retention && rows_ > 0 && now - last_trim_by_age_ >= age_trim_interval) trim_by_age();
    if (!options_.retention_rows || rows_ <= *options_.retention_rows) return;
    const std::uint64_t surplus = rows_ - *options_.retention_rows;
    if (surplus > slack(*options_.retention_rows) || untrimmed_bytes_ > byte_slack) trim_by_count();
}

void RetainedTable::trim_by_age() {
    last_trim_by_age_ = std::chrono::steady_clock::now();
    const ResultTable deleted = engine_.query(
        fmt::format("DELETE FROM {} WHERE {} < (now() AT TIME ZONE 'UTC') - to_microseconds({})", name_,
                    quote_identifier(hidden_column_name(MetadataField::processed_at)), options_.retention->count()));
    const std::uint64_t count = std::min<std::uint64_t>(rows_, deleted.rows_changed);
    rows_ -= count;
    expired_rows_ += count;
}

void RetainedTable::trim_by_count() {
    std::uint64_t surplus = rows_ - *options_.retention_rows;
    rows_ -= surplus;
    expired_rows_ += surplus;
    untrimmed_bytes_ = 0;
    // Row ids grow with insertion, so that the smallest are the oldest. As a rule there are no gaps between them: the
    // engine then finds the rows by their segments, while it would have to sort the whole table to count them off.
    const std::optional<std::int64_t> first = smallest_row_id(engine_, name_);
    if (!first) return;
    const std::int64_t bound = *first + static_cast<std::int64_t>(surplus);
    surplus -= std::min<std::uint64_t>(
        surplus, engine_.query(fmt::format("DELETE FROM {} WHERE rowid < {}", name_, bound)).rows_changed);
    if (surplus == 0) return;
    engine_.execute(
        fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} ORDER BY rowid LIMIT {1})", name_, surplus));
}

}  // namespace laminar
