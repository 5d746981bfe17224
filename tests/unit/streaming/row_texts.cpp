#include "row_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>

#include "catalog/column_type.h"

namespace laminar::test {

namespace {

constexpr std::size_t most_rows_shown = 6;

std::string line_of(const RowText& row) { return fmt::format("{}", fmt::join(row, " | ")); }

bool is_number_character(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.'; }

std::size_t number_length(const std::string& text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_number_character(text[end])) ++end;
    if (end > at && end + 1 < text.size() && text[end] == 'e') {
        std::size_t exponent = end + 1;
        if (text[exponent] == '-' || text[exponent] == '+') ++exponent;
        while (exponent < text.size() && std::isdigit(static_cast<unsigned char>(text[exponent])) != 0) ++exponent;
        end = exponent;
    }
    return end - at;
}

/// The same text but for the last digits of numbers with a fraction, at any depth of nesting.
bool same_cell(const std::string& left, const std::string& right) {
    if (left == right) return true;
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < left.size() && b < right.size()) {
        const std::size_t left_length = number_length(left, a);
        const std::size_t right_length = number_length(right, b);
        if (left_length == 0 || right_length == 0) {
            if (left[a++] != right[b++]) return false;
            continue;
        }
        const std::string left_number = left.substr(a, left_length);
        const std::string right_number = right.substr(b, right_length);
        a += left_length;
        b += right_length;
        if (left_number == right_number) continue;
        if (left_number.find_first_of(".e") == std::string::npos &&
            right_number.find_first_of(".e") == std::string::npos)
            return false;
        const double x = std::strtod(left_number.c_str(), nullptr);
        const double y = std::strtod(right_number.c_str(), nullptr);
        if (std::abs(x - y) > 1e-9 * std::max({1.0, std::abs(x), std::abs(y)})) return false;
    }
    return a == left.size() && b == right.size();
}

bool same_row(const RowText& left, const RowText& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_cell);
}

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
    std::erase_if(unexpected, [&](const RowText& row) {
        const auto twin =
            std::find_if(missing.begin(), missing.end(), [&](const RowText& each) { return same_row(row, each); });
        if (twin == missing.end()) return false;
        missing.erase(twin);
        return true;
    });
    return shown("rows missing", missing) + shown("rows not expected", unexpected);
}

}  // namespace laminar::test
