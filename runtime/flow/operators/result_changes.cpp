#include "runtime/flow/operators/result_changes.h"

#include <fmt/format.h>

#include "runtime/flow/direct/direct_difference.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

ResultChanges::ResultChanges(Engine& engine, const std::string& name, const std::vector<OutputColumn>& rows,
                             const ast::Query& query)
    : rows_(engine.create_row_slot(name + ":rows", rows)) {
    query_ = engine.prepare(query_over(query, {rows_->from_sql()}));
    direct_ = DirectQuery::make(engine, query, {rows_.get(), shown_columns(*rows_)}, query_->columns());
    if (DirectDifference::is_possible(query_->columns())) return;
    result_ = engine.create_row_slot(name + ":result", query_->columns());
    without_ = engine.create_row_slot(name + ":without", query_->columns());
    difference_ = engine.prepare(
        fmt::format("(SELECT * FROM {}) EXCEPT ALL (SELECT * FROM {})", result_->from_sql(), without_->from_sql()));
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
