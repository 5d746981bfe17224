#include "runtime/storage/state_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

/// Of rows that were there before, whose size nobody has counted.
constexpr std::uint64_t bytes_per_value = 16;

constexpr const char* state_schema = "laminar_state";

std::string in_schema(const std::string& name) {
    return fmt::format("{}.{}", state_schema, always_quote_identifier(name));
}

}  // namespace

StateTable::StateTable(Engine& engine, const StateIdentity& identity, std::vector<OutputColumn> columns)
    : engine_(engine),
      store_(identity.store),
      columns_(std::move(columns)),
      table_(in_schema(identity.name)),
      merged_(in_schema(identity.name + ":merged")),
      buffer_(empty_rows(columns_), store_ ? rows_of_kept_state : rows_of_state) {
    std::string definitions;
    for (const OutputColumn& column : columns_) {
        const std::string quoted = always_quote_identifier(column.name);
        const std::string separator = names_.empty() ? "" : ", ";
        definitions += fmt::format("{}{} {}", separator, quoted, to_sql(column.type));
        names_ += separator + quoted;
    }
    open(identity, definitions);
    if (store_) store_->claim(table_);
    slot_ = engine_.create_row_slot("state:" + identity.name, columns_);
    both_ = fmt::format("(SELECT {0} FROM {1} UNION ALL SELECT {0} FROM {2})", names_, table_, slot_->from_sql());
    write_all_ = prepare_write("true");
}

/// The engine keeps the fingerprint with the table, as its comment.
void StateTable::open(const StateIdentity& identity, const std::string& definitions) {
    const std::string fingerprint = fmt::format("{:016x}", identity.fingerprint);
    const ResultTable found = engine_.query(
        fmt::format("SELECT coalesce(comment, '') FROM duckdb_tables() WHERE schema_name = '{}' AND table_name = {}",
                    state_schema, quote_string(identity.name)));
    if (found.rows > 0) {
        if (found.values[0].string_at(0) != fingerprint)
            throw EngineException({.type = "State",
                                   .message = fmt::format("the state \"{}\" is that of another query: its fingerprint "
                                                          "is {}, and that of this query {}",
                                                          identity.name, found.values[0].string_at(0), fingerprint)});
        rows_ = count_rows();
        bytes_per_row_ = columns_.size() * bytes_per_value;
        return;
    }
    if (identity.is_there)
        throw EngineException(
            {.type = "State",
             .message = fmt::format("the state \"{}\" is missing, or is that of another query", identity.name)});
    engine_.execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", state_schema));
    engine_.execute(fmt::format("CREATE TABLE {} ({})", table_, definitions));
    engine_.execute(fmt::format("COMMENT ON TABLE {} IS '{}'", table_, fingerprint));
}

StateTable::~StateTable() {
    slot_->set_rows(nullptr);
    write_all_.reset();
    if (store_ && store_->is_closed()) return;
    if (store_) store_->give_up(table_);
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
                       names_, buffered());
}

void StateTable::show() { slot_->set_rows(buffer_.empty() ? nullptr : &buffer_.whole()); }

void StateTable::buffer(ResultTable rows) {
    slot_->set_rows(nullptr);
    buffer_.replace_uncommitted(rows);
    show();
}

void StateTable::begin_changes() {
    added_ = removed_ = 0;
    replacement_.reset();
    buffer_.take_back();
    if (!buffer_.empty()) bytes_per_row_ = buffer_.bytes() / buffer_.rows();
}

void StateTable::on_commit() {
    rows_ = rows_in_table();
    added_ = removed_ = 0;
    slot_->set_rows(nullptr);
    if (replacement_) {
        buffer_.clear();
        buffer_.append(*replacement_);
        replacement_.reset();
    }
    buffer_.commit();
    show();
}

std::unique_ptr<PreparedQuery> StateTable::prepare_write(const std::string& condition) {
    return engine_.prepare(
        fmt::format("INSERT INTO {} SELECT * FROM {} WHERE {}", table_, slot_->from_sql(), condition));
}

void StateTable::write_with(PreparedQuery& insert) {
    buffer_.hand_over([&](ResultTable&) { added_ += insert.execute().rows_changed; });
}

void StateTable::add_with(PreparedQuery& insert) { added_ += insert.execute().rows_changed; }

void StateTable::remove_all() {
    if (is_table_empty()) return;
    engine_.execute("DELETE FROM " + table_);
    added_ = 0;
    removed_ = rows_;
}

void StateTable::remove_with(PreparedQuery& statement) { removed_ += statement.execute().rows_changed; }

void StateTable::rewrite_with(const std::string& select) {
    engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", merged_, select));
    engine_.execute("DELETE FROM " + table_);
    engine_.execute(fmt::format("INSERT INTO {} SELECT * FROM {}", table_, merged_));
    engine_.execute("DROP TABLE " + merged_);
    recount();
}

void StateTable::replace_all(ResultTable rows) {
    if (store_) return replace_all_in_table(std::move(rows));
    if (rows_in_table() > 0) engine_.execute("DELETE FROM " + table_);
    rows_ = 0;
    slot_->set_rows(nullptr);
    buffer_.clear();
    buffer_.append(rows);
    begin_changes();
    on_commit();
}

void StateTable::replace_all_in_table(ResultTable rows) {
    EngineTransaction transaction(engine_);
    begin_changes();
    engine_.execute("DELETE FROM " + table_);
    slot_->set_rows(nullptr);
    buffer_.clear();
    buffer_.append(rows);
    show();
    write();
    recount();
    transaction.commit();
    on_commit();
}

std::uint64_t StateTable::rows_in_table() const noexcept { return rows_ + added_ - std::min(rows_ + added_, removed_); }

std::uint64_t StateTable::count_rows() {
    const ResultTable count = engine_.query("SELECT count(*) FROM " + table_);
    return static_cast<std::uint64_t>(count.values[0].values<std::int64_t>()[0]);
}

void StateTable::recount() {
    added_ = count_rows();
    removed_ = rows_;
}

}  // namespace laminar
