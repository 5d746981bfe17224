#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/direct/direct_query.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

/// The result of a query over some rows and what of it changes when there are others. Rows are read from slots, one
/// after the other as they were given: a result that depends on their order, be it in the last digit of a sum, is the
/// same whenever they are the same, on however many threads the engine works. Engine thread only.
class ResultChanges {
public:
    /// name is unique among slots. query is over operator_rows_scan: the rows, which have these columns.
    ResultChanges(Engine& engine, const std::string& name, const std::vector<OutputColumn>& rows,
                  const ast::Query& query);
    ~ResultChanges();
    ResultChanges(const ResultChanges&) = delete;
    ResultChanges& operator=(const ResultChanges&) = delete;

    /// The result for rows. Throws EngineException.
    [[nodiscard]] ResultTable result_of(const ResultTable& rows);
    /// The same where every row makes a result of its own, or none: without those that the engine refuses.
    [[nodiscard]] ResultTable results_of_each(const ResultTable& rows, unsigned retries,
                                              std::vector<RefusedRow>& refused);
    /// What is in the one result and not in the other, as often as it is there more often. Throws EngineException.
    [[nodiscard]] ResultTable difference(const ResultTable& result, const ResultTable& without);

private:
    std::unique_ptr<BatchSlot> rows_;  ///< Slots outlive the statements that read them.
    std::unique_ptr<BatchSlot> result_;
    std::unique_ptr<BatchSlot> without_;
    std::unique_ptr<PreparedQuery> query_;
    std::unique_ptr<PreparedQuery> difference_;  ///< Null where none is needed.
    std::unique_ptr<DirectQuery> direct_;        ///< In the place of query_; null where only that will do.
};

}  // namespace laminar
