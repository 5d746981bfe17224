#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

class SplitBlock;

/// Turns the nodes of a logical plan into operators, and what lies between them into fragments: here, and nowhere
/// before, it counts that DuckDB computes them.
class StreamLowering {
public:
    /// inputs: of the query that was planned. They are borrowed, and so is aggregates.
    StreamLowering(std::shared_ptr<const logical::Plan> plan, const std::vector<QueryInput>& inputs,
                   const FunctionNames& aggregates, RelationColumns::Describe describe);

    /// Throws EngineException for what the engine refuses.
    [[nodiscard]] StreamPlan lower();

private:
    [[nodiscard]] PlannedOperator::Node lower(const logical::Node& node) const;
    // window_lowering.cpp
    [[nodiscard]] WindowPlan lower(const logical::WindowAggregate& window, const logical::Node& input) const;
    [[nodiscard]] WindowPlan lower_hop(const logical::WindowAggregate& window, const logical::Node& input) const;
    /// Of the groups and their fields, over the rows, the one that is this expression over FROM, if it is a TIMESTAMP.
    [[nodiscard]] std::optional<ast::Expression> same_over_rows(SplitBlock& split, const ast::Expression& value) const;
    // session_lowering.cpp
    [[nodiscard]] SessionPlan lower(const logical::SessionAggregate& session, const logical::Node& input) const;
    // over_lowering.cpp
    [[nodiscard]] OverPlan lower(const logical::OverTime& over, const logical::Node& input) const;
    // join_lowering.cpp
    [[nodiscard]] JoinPlan lower(const logical::StreamJoin& join, const logical::Node& node) const;
    [[nodiscard]] JoinPlan lower(const logical::AsofJoin& join, const logical::Node& node) const;
    [[nodiscard]] ChangingPlan lower(const logical::ChangingJoin& join, const logical::Node& node) const;
    // changing_lowering.cpp
    [[nodiscard]] ChangingPlan lower(const logical::ChangingAggregate& aggregate, const logical::Node& input) const;
    [[nodiscard]] ChangingPlan lower(const logical::TopRows& top, const logical::Node& input) const;

    // lateness.cpp: which rows are late.
    /// Of the rows of input by its item of this name, which is a time by this key.
    [[nodiscard]] std::optional<PlannedLateness> lateness(const ast::Query& input, const std::string& item,
                                                          const TimeKey& key) const;
    /// By values over its FROM clause.
    [[nodiscard]] std::optional<PlannedLateness> lateness(
        const ast::Query& input, const std::vector<std::pair<ast::Expression, TimeKey>>& values) const;

    [[nodiscard]] std::vector<OutputColumn> columns_of(std::size_t number) const;
    [[nodiscard]] bool is_stream(std::size_t number) const;

    std::shared_ptr<const logical::Plan> plan_;
    const std::vector<QueryInput>& inputs_;
    const FunctionNames& aggregates_;
    std::vector<const logical::Node*> nodes_;  ///< Those that keep state, by their numbers.
    RelationColumns columns_;
};

}  // namespace laminar
