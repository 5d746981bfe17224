#include "runtime/flow/rows/result_rows.h"

#include <utility>

#include "runtime/flow/rows/changelog.h"

namespace laminar {

ResultTable empty_rows(const std::vector<OutputColumn>& columns) {
    ResultTable rows;
    rows.columns = columns;
    for (const OutputColumn& column : columns) rows.values.emplace_back(column.type);
    return rows;
}

void append_rows(ResultTable& rows, ResultTable more) {
    if (rows.rows == 0) {
        rows = std::move(more);
        return;
    }
    for (std::size_t column = 0; column < rows.values.size(); ++column)
        rows.values[column].append_all(more.values[column]);
    rows.rows += more.rows;
}

void truncate_rows(ResultTable& rows, std::size_t count) {
    if (rows.rows <= count) return;
    for (ColumnVector& column : rows.values) column.truncate(count);
    rows.rows = count;
}

void keep_rows(ResultTable& rows, const std::vector<std::size_t>& kept) {
    ResultTable some = empty_rows(rows.columns);
    for (std::size_t column = 0; column < rows.values.size(); ++column) {
        for (const std::size_t row : kept) append_value(some.values[column], rows.values[column], row);
    }
    some.rows = kept.size();
    rows = std::move(some);
}

void number_rows(ResultTable& rows, const std::string& column, std::int64_t first) {
    rows.columns.push_back({column, TypeId::bigint});
    ColumnVector numbers(TypeId::bigint);
    for (std::size_t row = 0; row < rows.rows; ++row) numbers.append(first + static_cast<std::int64_t>(row));
    rows.values.push_back(std::move(numbers));
}

std::size_t byte_size(const ResultTable& rows) noexcept {
    std::size_t bytes = 0;
    for (const ColumnVector& column : rows.values) bytes += column.byte_size();
    return bytes;
}

}  // namespace laminar
