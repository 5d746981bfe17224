#include "runtime/flow/operators/state_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

constexpr std::size_t rows_that_may_wait = 10'240;
constexpr std::size_t bytes_that_may_wait = 4u << 20;

}  // namespace

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

void StateTable::begin_changes() noexcept {
    added_ = removed_ = 0;
    stays_fresh_ = false;
    fresh_afterwards_.reset();
    is_waiting_ = true;
}

void StateTable::set_fresh(ResultTable rows) {
    fresh_slot_->set_rows(nullptr);
    if (waiting_ == 0) {
        fresh_ = std::move(rows);
    } else {
        truncate_rows(fresh_, waiting_);
        append_rows(fresh_, std::move(rows));
    }
    if (fresh_.rows > 0) fresh_slot_->set_rows(&fresh_);
}

bool StateTable::may_wait() const noexcept {
    return fresh_.rows < rows_that_may_wait && byte_size(fresh_) < bytes_that_may_wait;
}

void StateTable::let_wait() {
    stays_fresh_ = true;
    if (fresh_.rows > 0) bytes_per_row_ = byte_size(fresh_) / fresh_.rows;
}

void StateTable::let_wait(PreparedQuery& select) {
    let_wait();
    fresh_afterwards_ = select.execute();
}

void StateTable::replace_all(ResultTable rows) {
    if (rows_in_table() > 0) engine_.execute("DELETE FROM " + table_);
    begin_changes();
    rows_ = 0;
    waiting_ = 0;
    set_fresh(std::move(rows));
    let_wait();
    on_commit();
}

std::unique_ptr<PreparedQuery> StateTable::prepare_keep(const std::string& condition) {
    return engine_.prepare(
        fmt::format("INSERT INTO {} SELECT * FROM {} WHERE {}", table_, fresh_slot_->from_sql(), condition));
}

void StateTable::keep_with(PreparedQuery& insert) {
    if (fresh_.rows == 0) return;
    is_waiting_ = false;
    bytes_per_row_ = byte_size(fresh_) / fresh_.rows;
    added_ += insert.execute().rows_changed;
}

void StateTable::remove_with(PreparedQuery& statement) { removed_ += statement.execute().rows_changed; }

void StateTable::on_commit() {
    rows_ = rows_in_table();
    const bool stays_fresh = stays_fresh_;
    std::optional<ResultTable> others = std::exchange(fresh_afterwards_, std::nullopt);
    begin_changes();
    if (others || !stays_fresh) {
        waiting_ = 0;
        set_fresh(others ? std::move(*others) : empty_rows(columns_));
    }
    waiting_ = fresh_.rows;
}

std::uint64_t StateTable::rows_in_table() const noexcept { return rows_ + added_ - std::min(rows_ + added_, removed_); }

std::uint64_t StateTable::rows() const noexcept { return rows_in_table() + (is_waiting_ ? waiting_ : 0); }

void StateTable::recount() {
    const ResultTable count = engine_.query("SELECT count(*) FROM " + table_);
    const auto rows_now = static_cast<std::uint64_t>(count.values[0].values<std::int64_t>()[0]);
    added_ = rows_now;
    removed_ = rows_;
}

std::uint64_t StateTable::bytes() const noexcept { return rows() * bytes_per_row_; }

}  // namespace laminar
