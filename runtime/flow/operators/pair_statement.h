#pragma once

#include <memory>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/stream_operator.h"

namespace laminar {

/// A statement over pairs of rows of two sides. Pairs that the engine refuses (a condition that cannot be computed of
/// both) are left out alone. Engine thread only.
class PairStatement {
public:
    /// name is unique among slots. query reads operator_rows_scan and operator_rows_scan - 1; left and right are the
    /// FROM texts of their rows. reports: the observer is told of the pairs.
    PairStatement(const OperatorContext& context, const std::string& name, ast::Query query, const std::string& left,
                  const std::string& right, bool reports);

    /// Throws EngineException.
    [[nodiscard]] ResultTable execute();

private:
    /// The rows of a side that is taken apart.
    struct Side {
        std::string from_sql;
        std::unique_ptr<BatchSlot> slot;  ///< Outlives the statements that read it.
        std::unique_ptr<PreparedQuery> rows;
    };
    void prepare_apart();
    [[nodiscard]] ResultTable execute_apart();

    Engine& engine_;
    RowObserver& observer_;
    std::string name_;
    ast::Query query_;
    Side left_;
    Side right_;
    bool reports_;
    std::unique_ptr<PreparedQuery> statement_;
    std::unique_ptr<PreparedQuery> apart_;  ///< The same over the slots; made when it is needed.
};

}  // namespace laminar
