#include "recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace laminar::test {

namespace {

const std::map<std::string, std::string>& columns_by_table() {
    static const std::map<std::string, std::string> columns{
        {"trades", "symbol TEXT, price DOUBLE, quantity BIGINT, fee DECIMAL(12, 4), side TEXT, ts TIMESTAMP"},
        {"quotes", "symbol TEXT, bid DOUBLE, ask DOUBLE, ts TIMESTAMP"},
        {"orders", "order_id BIGINT, customer TEXT, amount DECIMAL(10, 2), ts TIMESTAMP"},
        {"payments", "order_id BIGINT, method TEXT, amount DECIMAL(10, 2), ts TIMESTAMP"}};
    return columns;
}

std::string make_declarations() {
    std::string text =
        "CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:9', format = 'json');\n";
    for (const auto& [table, columns] : columns_by_table()) {
        text += fmt::format(
            "CREATE TABLE {} ({}, WATERMARK FOR ts AS ts - INTERVAL '5 seconds') WITH (connector = 'feed');\n", table,
            columns);
    }
    return text + "CREATE TABLE accounts (symbol TEXT, sector TEXT, weight INTEGER);\n";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

}  // namespace

const std::vector<std::string>& Recording::tables() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& [table, columns] : columns_by_table()) all.push_back(table);
        return all;
    }();
    return names;
}

const std::string& Recording::declarations() {
    static const std::string text = make_declarations();
    return text;
}

std::string Recording::accounts_rows() {
    return "VALUES ('AAA', 'metals', 2), ('BBB', 'metals', 3), ('CCC', 'energy', 5), (NULL, 'none', 7)";
}

Recording::Recording(const std::string& directory)
    : name_(directory), engine_(Engine::create({.database_path = std::nullopt, .external_access = true})) {
    for (const std::string& table : tables())
        add_table(table, fmt::format("FROM read_csv('{}/{}/{}.csv', header = true, nullstr = '', all_varchar = true)",
                                     RECORDINGS_DIR, directory, table));
    engine_->execute("CREATE TABLE accounts (symbol TEXT, sector TEXT, weight INTEGER); INSERT INTO accounts " +
                     accounts_rows());
}

Recording::Recording(std::string name, const std::map<std::string, std::string>& queries)
    : name_(std::move(name)), engine_(Engine::create({.database_path = std::nullopt, .external_access = true})) {
    for (const auto& [table, query] : queries) add_table(table, query);
    engine_->execute("CREATE TABLE accounts (symbol TEXT, sector TEXT, weight INTEGER); INSERT INTO accounts " +
                     accounts_rows());
}

void Recording::add_table(const std::string& table, const std::string& query) {
    const std::string arrived = table + "_arrived";
    engine_->execute(fmt::format("CREATE TABLE {} ({})", arrived, columns_by_table().at(table)));
    engine_->execute(fmt::format("INSERT INTO {} {}", arrived, query));
    engine_->execute(fmt::format(
        "CREATE TABLE {} AS SELECT *, max(ts - INTERVAL '5 seconds') OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND 1 PRECEDING) AS w FROM (SELECT row_number() OVER () AS n, * FROM {})",
        table, arrived));
    const ResultTable rows = engine_->query(fmt::format(
        "SELECT CAST(to_json(r) AS VARCHAR) FROM (SELECT * EXCLUDE (n, w) FROM {} ORDER BY n) AS r", table));
    std::vector<std::string>& messages = messages_[table];
    messages.reserve(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) messages.emplace_back(rows.values[0].string_at(row));
}

std::string Recording::rows_in_time(const std::string& table, const std::vector<LateRule>& rules) {
    std::string conditions;
    for (const LateRule& rule : rules) {
        if (rule.table != table) continue;
        const std::string key = replaced(rule.key, "$", "ts");
        const std::string watermark = replaced(rule.key, "$", "w");
        conditions += fmt::format(" AND {0} IS NOT NULL AND (w IS NULL OR {0} >= {1})", key, watermark);
    }
    return fmt::format("(SELECT * FROM {} WHERE true{})", table, conditions);
}

namespace {

/// The rows of one key that have been taken, and the rule in the plainest words that there are for it.
class TakenRows {
public:
    /// time, the end of its gap, and the watermark when it came, if there was one.
    bool take(std::int64_t time, std::int64_t end, std::optional<std::int64_t> watermark) {
        if (watermark && time < *watermark && is_late(time, end, *watermark)) return false;
        rows_.emplace(time, end);
        return true;
    }

private:
    [[nodiscard]] bool is_late(std::int64_t time, std::int64_t end, std::int64_t watermark) const {
        std::vector<std::pair<std::int64_t, std::int64_t>> sessions;
        for (const auto& [row_time, row_end] : rows_) {
            if (sessions.empty() || row_time >= sessions.back().second) sessions.emplace_back(row_time, row_end);
            sessions.back().second = row_end;
        }
        for (const auto& [start, session_end] : sessions) {
            // It is that session's, open or not.
            if (start <= time && time < session_end) return session_end <= watermark;
        }
        return end <= watermark;
    }

    std::multimap<std::int64_t, std::int64_t> rows_;
};

}  // namespace

std::string Recording::rows_in_sessions(const SessionRule& rule) const {
    const ResultTable rows = engine_->query(
        fmt::format("SELECT n, CAST(dense_rank() OVER (ORDER BY {}) AS BIGINT), ts, CAST(ts + {} AS TIMESTAMP), w FROM "
                    "{} WHERE ({}) AND ts IS NOT NULL ORDER BY n",
                    rule.keys, rule.gap, rule.table, rule.condition));
    std::map<std::int64_t, TakenRows> taken;
    std::string numbers = "-1";
    const auto value = [&](std::size_t column, std::size_t row) {
        return rows.values[column].values<std::int64_t>()[row];
    };
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto watermark = rows.values[4].is_valid(row) ? std::optional<std::int64_t>(value(4, row)) : std::nullopt;
        if (taken[value(1, row)].take(value(2, row), value(3, row), watermark))
            numbers += fmt::format(", {}", value(0, row));
    }
    engine_->execute(
        fmt::format("CREATE OR REPLACE TABLE in_sessions AS SELECT * FROM {} WHERE n IN ({})", rule.table, numbers));
    return "in_sessions";
}

const std::vector<std::unique_ptr<Recording>>& recordings() {
    static const std::vector<std::unique_ptr<Recording>> all = [] {
        std::vector<std::unique_ptr<Recording>> loaded;
        for (const char* name : {"in_order", "ties", "out_of_order", "late", "gaps"})
            loaded.push_back(std::make_unique<Recording>(name));
        return loaded;
    }();
    return all;
}

}  // namespace laminar::test
