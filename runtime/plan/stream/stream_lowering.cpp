#include "runtime/plan/stream/stream_lowering.h"

#include "parser/ast/structure.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/row_origins.h"

namespace laminar {

namespace {

/// To be raised when operators keep something else for the same node: state of before is not theirs then.
constexpr std::uint64_t layout_of_state = 1;

template <class Kind>
constexpr bool is_join = std::is_same_v<Kind, logical::StreamJoin> || std::is_same_v<Kind, logical::AsofJoin> ||
                         std::is_same_v<Kind, logical::ChangingJoin>;
template <class Kind>
constexpr bool is_stateless = std::is_same_v<Kind, logical::Scan> || std::is_same_v<Kind, logical::Rows> ||
                              std::is_same_v<Kind, logical::UnionAll>;

}  // namespace

StreamLowering::StreamLowering(std::shared_ptr<const logical::Plan> plan, const std::vector<QueryInput>& inputs,
                               const FunctionNames& aggregates, RelationColumns::Describe describe)
    : plan_(std::move(plan)),
      inputs_(inputs),
      aggregates_(aggregates),
      nodes_(logical::stateful_nodes(plan_->root)),
      columns_(std::move(describe), [this](std::size_t number) { return columns_of(number); }) {}

StreamPlan StreamLowering::lower() {
    StreamPlan lowered;
    lowered.logical = plan_;
    for (const logical::Node* node : nodes_) {
        PlannedOperator planned;
        planned.id = node->id;
        planned.fingerprint = ast::StructureHash().add(node->fingerprint).add(layout_of_state).value();
        planned.columns = node->columns;
        planned.changes = node->changes;
        planned.time_columns = node->times;
        planned.output_clocks = node->output_clocks;
        planned.node = lower(*node);
        lowered.operators.push_back(std::move(planned));
    }
    lowered.result.query = logical::composed_query(plan_->root);
    if (!plan_->times.columns.empty())
        lowered.result_with_origins =
            with_origins(lowered.result.query, {}, columns_, [this](std::size_t number) { return is_stream(number); });
    return lowered;
}

PlannedOperator::Node StreamLowering::lower(const logical::Node& node) const {
    return std::visit(
        [&](const auto& kind) -> PlannedOperator::Node {
            using Kind = std::remove_cvref_t<decltype(kind)>;
            if constexpr (is_stateless<Kind>)
                throw std::logic_error("what keeps no state is no operator");
            else if constexpr (is_join<Kind>)
                return lower(kind, node);
            else
                return lower(kind, node.inputs.front());
        },
        node.kind);
}

std::vector<OutputColumn> StreamLowering::columns_of(std::size_t number) const {
    if (number >= plan_->input_count) return nodes_.at(number - plan_->input_count)->columns;
    std::vector<OutputColumn> columns;
    for (const InputColumn& column : inputs_[number].columns) columns.push_back({column.name, column.type});
    return columns;
}

bool StreamLowering::is_stream(std::size_t number) const {
    if (number >= plan_->input_count) return true;
    const InputKind kind = inputs_[number].kind;
    return kind == InputKind::stream_table || kind == InputKind::connection || kind == InputKind::pipeline;
}

}  // namespace laminar
