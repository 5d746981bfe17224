#include "runtime/flow/operators/result_changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/direct/direct_difference.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

/// The rows of one result without as many of the same of another. The engine takes -0.0 for 0.0, and makes it that: a
/// column tells them apart, and gives it its sign back.
std::string difference_of(const std::string& result, const std::string& without,
                          const std::vector<OutputColumn>& columns) {
    std::string signs;
    std::string names;
    std::string values;
    for (const OutputColumn& column : columns) {
        const auto has_its_name = [&](const OutputColumn& other) {
            return equals_ignoring_case(other.name, column.name);
        };
        const bool is_real = column.type.id == TypeId::float64 || column.type.id == TypeId::float32;
        if (!is_real || std::count_if(columns.begin(), columns.end(), has_its_name) != 1) continue;
        const std::string value = always_quote_identifier(column.name);
        const std::string name = fmt::format("\"__sign {}\"", &column - columns.data());
        signs += fmt::format(", CASE WHEN {0} = 0 THEN signbit({0}) END AS {1}", value, name);
        const std::string_view comma = names.empty() ? "" : ", ";
        names += fmt::format("{}{}", comma, name);
        values += fmt::format("{0}CASE WHEN {1} THEN -abs({2}) ELSE {2} END AS {2}", comma, name, value);
    }
    if (names.empty()) return fmt::format("(SELECT * FROM {}) EXCEPT ALL (SELECT * FROM {})", result, without);
    return fmt::format(
        "SELECT * EXCLUDE ({3}) REPLACE ({4}) FROM ((SELECT *{2} FROM {0}) EXCEPT ALL (SELECT *{2} FROM {1}))", result,
        without, signs, names, values);
}

}  // namespace

ResultChanges::ResultChanges(Engine& engine, const std::string& name, const std::vector<OutputColumn>& rows,
                             const ast::Query& query)
    : rows_(engine.create_row_slot(name + ":rows", rows)) {
    query_ = engine.prepare(query_over(query, {rows_->from_sql()}));
    direct_ = DirectQuery::make(engine, query, {rows_.get(), shown_columns(*rows_)}, query_->columns());
    if (DirectDifference::is_possible(query_->columns())) return;
    result_ = engine.create_row_slot(name + ":result", query_->columns());
    without_ = engine.create_row_slot(name + ":without", query_->columns());
    difference_ = engine.prepare(difference_of(result_->from_sql(), without_->from_sql(), query_->columns()));
}

ResultChanges::~ResultChanges() = default;

ResultTable ResultChanges::result_of(const ResultTable& rows) {
    const ShownRows shown(*rows_, rows);
    return query_->execute();
}

ResultTable ResultChanges::results_of_each(const ResultTable& rows, unsigned retries,
                                           std::vector<RefusedRow>& refused) {
    ResultTable results = empty_rows(query_->columns());
    const ShownRows shown(*rows_, rows);
    if (direct_ && direct_->run(results)) return results;
    refused = process_in_parts(
        rows.rows,
        [&](std::size_t first, std::size_t count) {
            rows_->set_window(first, count);
            append_rows(results, query_->execute());
        },
        retries);
    return results;
}

ResultTable ResultChanges::difference(const ResultTable& result, const ResultTable& without) {
    if (result.rows == 0 || without.rows == 0) return result;
    if (!difference_) return DirectDifference::of(result, without);
    const ShownRows shown(*result_, result);
    const ShownRows left_out(*without_, without);
    return difference_->execute();
}

}  // namespace laminar
