#include "runtime/flow/direct/direct_difference.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "runtime/flow/direct/direct_cell.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

void read_key(const ResultTable& rows, std::size_t row, std::string& key) {
    key.clear();
    for (const ColumnVector& column : rows.values)
        append_to_key(key, column, cell_kind(column.type()), row, KeyEquality::shown);
}

}  // namespace

bool DirectDifference::is_possible(const std::vector<OutputColumn>& columns) {
    return std::none_of(columns.begin(), columns.end(),
                        [](const OutputColumn& column) { return cell_kind(column.type) == CellKind::none; });
}

ResultTable DirectDifference::of(const ResultTable& result, const ResultTable& without) {
    std::unordered_map<std::string, std::size_t> left_out;
    std::string key;
    for (std::size_t row = 0; row < without.rows; ++row) {
        read_key(without, row, key);
        ++left_out[key];
    }
    std::vector<std::size_t> kept;
    for (std::size_t row = 0; row < result.rows; ++row) {
        read_key(result, row, key);
        const auto found = left_out.find(key);
        if (found == left_out.end() || found->second == 0)
            kept.push_back(row);
        else
            --found->second;
    }
    if (kept.size() == result.rows) return result;
    ResultTable rows = result;
    keep_rows(rows, kept);
    return rows;
}

}  // namespace laminar
