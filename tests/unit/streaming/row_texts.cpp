#include "row_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "catalog/objects/column_type.h"

namespace laminar::test {

namespace {

constexpr std::size_t most_rows_shown = 6;

std::string line_of(const RowText& row) { return fmt::format("{}", fmt::join(row, " | ")); }

std::string shown(const std::string& title, const std::vector<RowText>& rows) {
    if (rows.empty()) return {};
    std::string text = fmt::format("{} {}:\n", rows.size(), title);
    for (std::size_t row = 0; row < std::min(rows.size(), most_rows_shown); ++row)
        text += "  " + line_of(rows[row]) + "\n";
    return text;
}

}  // namespace

std::vector<RowText> texts_of(Engine& engine, const std::string& query) {
    const ResultTable table = engine.query(fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({})", query));
    std::vector<RowText> rows(table.rows);
    for (std::size_t row = 0; row < table.rows; ++row) {
        for (const ColumnVector& column : table.values)
            rows[row].push_back(column.is_valid(row) ? std::string(column.string_at(row)) : "NULL");
    }
    return rows;
}

std::vector<RowText> texts_of(Engine& engine, const std::string& key, const ResultTable& rows) {
    if (rows.rows == 0) return {};
    const auto slot = engine.create_row_slot(key, rows.columns);
    slot->set_rows(&rows);
    return texts_of(engine, "SELECT * FROM " + slot->from_sql());
}

std::string types_of(const std::vector<OutputColumn>& columns) {
    std::string text;
    for (const OutputColumn& column : columns) text += fmt::format("{} {}, ", column.name, to_sql(column.type));
    return text;
}

std::string difference_of(const std::vector<RowText>& result, const std::vector<RowText>& expected) {
    std::map<RowText, std::size_t> missing_counts;
    for (const RowText& row : expected) ++missing_counts[row];
    std::vector<RowText> unexpected;
    for (const RowText& row : result) {
        const auto found = missing_counts.find(row);
        if (found != missing_counts.end() && found->second > 0)
            --found->second;
        else
            unexpected.push_back(row);
    }
    std::vector<RowText> missing;
    for (const auto& [row, count] : missing_counts) missing.insert(missing.end(), count, row);
    return shown("rows missing", missing) + shown("rows not expected", unexpected);
}

}  // namespace laminar::test
