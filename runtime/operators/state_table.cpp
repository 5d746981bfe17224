#include "runtime/operators/state_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/sql_writer.h"

namespace laminar {

ResultTable empty_rows(const std::vector<OutputColumn>& columns) {
    ResultTable rows;
    rows.columns = columns;
    for (const OutputColumn& column : columns) rows.values.emplace_back(column.type);
    return rows;
}

void number_rows(ResultTable& rows, const std::string& column, std::int64_t first) {
    rows.columns.push_back({column, TypeId::bigint});
    ColumnVector numbers(TypeId::bigint);
    for (std::size_t row = 0; row < rows.rows; ++row) numbers.append(first + static_cast<std::int64_t>(row));
    rows.values.push_back(std::move(numbers));
}

StateTable::StateTable(Engine& engine, const std::string& name, std::vector<OutputColumn> columns)
    : engine_(engine), columns_(std::move(columns)), table_("laminar_state." + always_quote_identifier(name)) {
    std::string items;
    std::string names;
    for (const OutputColumn& column : columns_) {
        const std::string quoted = always_quote_identifier(column.name);
        items += fmt::format("{}{} {}", items.empty() ? "" : ", ", quoted, to_sql(column.type));
        names += (names.empty() ? "" : ", ") + quoted;
    }
    engine_.execute("CREATE SCHEMA IF NOT EXISTS laminar_state");
    engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} ({})", table_, items));
    fresh_slot_ = engine_.create_row_slot("state:" + name, columns_);
    both_ = fmt::format("(SELECT {0} FROM {1} UNION ALL SELECT {0} FROM {2})", names, table_, fresh_slot_->from_sql());
    names_ = names;
    keep_all_ = prepare_keep("true");
    fresh_ = empty_rows(columns_);
}

StateTable::~StateTable() {
    fresh_slot_->set_rows(nullptr);
    keep_all_.reset();
    try {
        engine_.execute("DROP TABLE IF EXISTS " + table_);
    } catch (const EngineException&) {
        // The database is going away with everything in it.
    }
}

std::string StateTable::numbered_table() const {
    return fmt::format("(SELECT {}, 0 AS \"__part\", rowid AS \"__place\" FROM {})", names_, table_);
}

std::string StateTable::numbered_both() const {
    return fmt::format("(SELECT * FROM {} UNION ALL SELECT {}, 1, row_number() OVER () FROM {})", numbered_table(),
                       names_, fresh());
}

std::string StateTable::both_in_order() const {
    return fmt::format("(SELECT {} FROM {} ORDER BY \"__part\", \"__place\")", names_, numbered_both());
}

void StateTable::set_fresh(ResultTable rows) {
    fresh_slot_->set_rows(nullptr);
    fresh_ = std::move(rows);
    if (fresh_.rows > 0) fresh_slot_->set_rows(&fresh_);
}

std::unique_ptr<PreparedQuery> StateTable::prepare_keep(const std::string& condition) {
    return engine_.prepare(
        fmt::format("INSERT INTO {} SELECT * FROM {} WHERE {}", table_, fresh_slot_->from_sql(), condition));
}

void StateTable::keep_with(PreparedQuery& insert) {
    if (fresh_.rows == 0) return;
    std::size_t bytes = 0;
    for (const ColumnVector& column : fresh_.values) bytes += column.byte_size();
    bytes_per_row_ = bytes / fresh_.rows;
    added_ += insert.execute().rows_changed;
}

void StateTable::remove_with(PreparedQuery& statement) { removed_ += statement.execute().rows_changed; }

void StateTable::settle() {
    rows_ = rows();
    begin_changes();
    set_fresh(empty_rows(columns_));
}

std::uint64_t StateTable::rows() const noexcept { return rows_ + added_ - std::min(rows_ + added_, removed_); }

void StateTable::recount() {
    const ResultTable count = engine_.query("SELECT count(*) FROM " + table_);
    const auto rows_now = static_cast<std::uint64_t>(count.values[0].values<std::int64_t>()[0]);
    added_ = rows_now;
    removed_ = rows_;
}

std::uint64_t StateTable::bytes() const noexcept { return rows() * bytes_per_row_; }

}  // namespace laminar
