#pragma once

#include <memory>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// The statement that makes parts of rows (AggregateParts::make). Engine thread only.
class PartsStatement {
public:
    /// rows: their columns. parts is read while it is made.
    PartsStatement(const std::vector<OutputColumn>& rows, const AggregateParts& parts, const OperatorContext& context);

    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return statement_->columns(); }
    /// Rows that the engine refuses are left out. Throws EngineException.
    [[nodiscard]] ResultTable run(const ResultTable& rows);

private:
    RowObserver& observer_;
    std::unique_ptr<BatchSlot> slot_;  ///< Outlives the statement that reads it.
    std::unique_ptr<PreparedQuery> statement_;
};

}  // namespace laminar
