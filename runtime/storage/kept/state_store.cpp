#include "runtime/storage/kept/state_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/rows/utc_clock.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

constexpr const char* table = "laminar_kept.numbers";
constexpr const char* replacements = "replacements";
constexpr const char* process = "process";
constexpr const char* commit_time = "committed at";

const std::vector<OutputColumn>& number_columns() {
    static const std::vector<OutputColumn> columns{
        {"id", TypeId::bigint}, {"owner", TypeId::varchar}, {"name", TypeId::varchar}, {"value", TypeId::bigint}};
    return columns;
}

}  // namespace

StateStore::StateStore(Engine& engine) : engine_(engine) {
    engine_.execute(
        fmt::format("CREATE SCHEMA IF NOT EXISTS laminar_kept;"
                    "CREATE TABLE IF NOT EXISTS {} (id BIGINT, owner VARCHAR, name VARCHAR, value BIGINT);"
                    "CREATE TABLE IF NOT EXISTS laminar_kept.message_ids (owner VARCHAR, part VARCHAR, place BIGINT, "
                    "id VARCHAR);"
                    "CREATE TABLE IF NOT EXISTS laminar_kept.outbox (owner VARCHAR, place BIGINT, payload BLOB, "
                    "is_binary BOOLEAN, rows BIGINT, peer VARCHAR, session BIGINT, repeat_key BLOB)",
                    table));
    read();
    slot_ = engine_.create_row_slot("laminar_kept", number_columns());
    const std::string rows = slot_->from_sql();
    insert_ = engine_.prepare(fmt::format("INSERT INTO {} SELECT * FROM {}", table, rows));
    // In their place: a row that is deleted and inserted anew leaves a dead one behind until the next checkpoint.
    update_ = engine_.prepare(
        fmt::format("UPDATE {0} SET value = changed.value FROM {1} AS changed WHERE {0}.id = changed.id", table, rows));
    delete_ = engine_.prepare(fmt::format("DELETE FROM {} WHERE id IN (SELECT id FROM {})", table, rows));
    // Single names are removed of replacements alone, who have no messages.
    delete_ids_ = engine_.prepare(
        fmt::format("DELETE FROM laminar_kept.message_ids WHERE owner IN (SELECT owner FROM {})", rows));
    delete_outbox_ =
        engine_.prepare(fmt::format("DELETE FROM laminar_kept.outbox WHERE owner IN (SELECT owner FROM {})", rows));
}

StateStore::~StateStore() = default;

void StateStore::read() {
    const ResultTable rows = engine_.query(fmt::format("SELECT id, owner, name, value FROM {}", table));
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const std::int64_t id = rows.values[0].values<std::int64_t>()[row];
        const std::string owner(rows.values[1].string_at(row));
        const std::string name(rows.values[2].string_at(row));
        kept_[owner][name] = rows.values[3].values<std::int64_t>()[row];
        ids_[{owner, name}] = id;
        next_id_ = std::max(next_id_, id + 1);
    }
    const StateNumbers* before = find(process);
    if (before && before->contains(commit_time)) last_commit_before_ = before->find(commit_time)->second;
}

const StateNumbers* StateStore::find(std::string_view owner) const {
    const auto found = kept_.find(owner);
    return found == kept_.end() ? nullptr : &found->second;
}

void StateStore::set(const std::string& owner, const StateNumbers& numbers) {
    is_written_ = false;
    const StateNumbers* kept = find(owner);
    for (const auto& [name, value] : numbers) {
        const auto before = kept ? kept->find(name) : StateNumbers::const_iterator{};
        if (kept && before != kept->end() && before->second == value)
            changes_.erase({owner, name});
        else
            changes_[{owner, name}] = value;
    }
}

void StateStore::remove(std::string_view owner) {
    is_written_ = false;
    std::erase_if(changes_, [&](const auto& change) { return change.first.first == owner; });
    const StateNumbers* kept = find(owner);
    if (!kept) return;
    for (const auto& [name, value] : *kept) changes_[{std::string(owner), name}] = std::nullopt;
}

StateStore::Changed StateStore::changed_rows() {
    Changed rows{empty_rows(number_columns()), empty_rows(number_columns()), empty_rows(number_columns())};
    for (const auto& [key, value] : changes_) {
        const auto [known, is_new] = ids_.try_emplace(key, next_id_);
        if (is_new) ++next_id_;
        const auto of_owner = kept_.find(key.first);
        const bool is_there = of_owner != kept_.end() && of_owner->second.contains(key.second);
        if (!is_there && !value) continue;
        ResultTable& target = !is_there ? rows.added : value ? rows.changed : rows.removed;
        target.values[0].append(known->second);
        target.values[1].append_string(key.first);
        target.values[2].append_string(key.second);
        target.values[3].append(value.value_or(0));
        ++target.rows;
    }
    return rows;
}

void StateStore::execute_with(PreparedQuery& statement, const ResultTable& rows) {
    if (rows.rows == 0) return;
    const ShownRows shown(*slot_, rows);
    (void)statement.execute();
}

void StateStore::write() {
    if (changes_.empty()) return;
    set(process, {{commit_time, utc_now()}});
    const Changed rows = changed_rows();
    execute_with(*delete_, rows.removed);
    execute_with(*delete_ids_, rows.removed);
    execute_with(*delete_outbox_, rows.removed);
    execute_with(*update_, rows.changed);
    execute_with(*insert_, rows.added);
    is_written_ = true;
}

void StateStore::on_commit() {
    if (!is_written_) return;
    for (const auto& [key, value] : changes_) {
        if (value) {
            kept_[key.first][key.second] = *value;
            continue;
        }
        ids_.erase(key);
        const auto owner = kept_.find(key.first);
        if (owner == kept_.end()) continue;
        owner->second.erase(key.second);
        if (owner->second.empty()) kept_.erase(owner);
    }
    forget_uncommitted();
}

void StateStore::note_end() {
    if (!find(process)) return forget_uncommitted();
    set(process, {{commit_time, utc_now()}});
    EngineTransaction transaction(engine_);
    write();
    transaction.commit();
    on_commit();
}

std::int64_t StateStore::replacement_of(std::string_view object) const {
    const StateNumbers* numbers = find(replacements);
    if (!numbers) return 0;
    const auto found = numbers->find(fold_case(object));
    return found == numbers->end() ? 0 : found->second;
}

void StateStore::set_replacement(std::string_view object, std::int64_t number) {
    is_written_ = false;
    const Key key{replacements, fold_case(object)};
    if (replacement_of(object) == number)
        changes_.erase(key);
    else
        changes_[key] = number == 0 ? std::nullopt : std::optional(number);
}

std::int64_t StateStore::last_replacement() const {
    std::int64_t last = 0;
    if (const StateNumbers* numbers = find(replacements)) {
        for (const auto& [object, number] : *numbers) last = std::max(last, number);
    }
    return last;
}

void StateStore::drop_unclaimed(const std::function<bool(const std::string& name)>& is_awaited) {
    const ResultTable tables = engine_.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('laminar_state', "
        "'laminar_retained')");
    for (std::size_t row = 0; row < tables.rows; ++row) {
        const std::string schema(tables.values[0].string_at(row));
        const std::string name(tables.values[1].string_at(row));
        const std::string spelled = fmt::format("{}.{}", schema, always_quote_identifier(name));
        if (claimed_.contains(spelled) || (schema == "laminar_state" && is_awaited(name))) continue;
        engine_.execute("DROP TABLE " + spelled);
    }
}

}  // namespace laminar
