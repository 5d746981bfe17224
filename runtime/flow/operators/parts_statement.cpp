#include "runtime/flow/operators/parts_statement.h"

#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

PartsStatement::PartsStatement(const std::vector<OutputColumn>& rows, const AggregateParts& parts,
                               const OperatorContext& context)
    : observer_(context.observer),
      slot_(context.engine.create_row_slot(context.name + ":rows", rows)),
      statement_(context.engine.prepare(query_over(parts.make, {slot_->from_sql()}))) {}

ResultTable PartsStatement::run(const ResultTable& rows) {
    ResultTable parts = empty_rows(columns());
    if (rows.rows == 0) return parts;
    const ShownRows shown(*slot_, rows);
    const auto refused = process_in_parts(
        rows.rows,
        [&](std::size_t first, std::size_t count) {
            slot_->set_window(first, count);
            append_rows(parts, statement_->execute());
        },
        observer_.retries());
    for (const RefusedRow& row : refused) observer_.refused(row.reason);
    return parts;
}

}  // namespace laminar
