#include "runtime/flow/operators/pair_statement.h"

#include <utility>

#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

PairStatement::PairStatement(const OperatorContext& context, const std::string& name, ast::Query query,
                             const std::string& left, const std::string& right, bool reports)
    : engine_(context.engine),
      observer_(context.observer),
      name_(name),
      query_(std::move(query)),
      left_{left, {}, {}},
      right_{right, {}, {}},
      reports_(reports),
      statement_(engine_.prepare(query_over(query_, {left, right}))) {}

ResultTable PairStatement::execute() {
    try {
        return statement_->execute();
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
    }
    if (!apart_) prepare_apart();
    return execute_apart();
}

void PairStatement::prepare_apart() {
    for (Side* side : {&left_, &right_}) {
        side->rows = engine_.prepare("SELECT * FROM " + side->from_sql);
        side->slot = engine_.create_row_slot(name_ + (side == &left_ ? ":left" : ":right"), side->rows->columns());
    }
    apart_ = engine_.prepare(query_over(query_, {left_.slot->from_sql(), right_.slot->from_sql()}));
}

ResultTable PairStatement::execute_apart() {
    const ResultTable left = left_.rows->execute();
    const ResultTable right = right_.rows->execute();
    const ShownRows shown_left(*left_.slot, left);
    const ShownRows shown_right(*right_.slot, right);
    ResultTable results = empty_rows(statement_->columns());
    const auto pass_with = [&](std::size_t first, std::size_t count) {
        right_.slot->set_window(first, count);
        append_rows(results, apart_->execute());
    };
    // A single row of the left side meets those of the right side that it can meet.
    (void)process_in_parts(left.rows, [&](std::size_t first, std::size_t count) {
        left_.slot->set_window(first, count);
        if (count > 1) return pass_with(0, right.rows);
        for (const RefusedRow& pair : process_in_parts(right.rows, pass_with, observer_.retries())) {
            if (reports_) observer_.refused(pair.reason);
        }
    });
    return results;
}

}  // namespace laminar
