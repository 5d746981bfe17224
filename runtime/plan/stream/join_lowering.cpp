#include <algorithm>

#include "parser/ast/builders.h"
#include "runtime/plan/expressions/row_computations.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/stream_lowering.h"

namespace laminar {

namespace {

/// The inputs of a join on their way to fragments.
class JoinInputs {
public:
    JoinInputs(const logical::Node& node, const std::vector<ast::Expression>& conditions,
               const RelationColumns& columns)
        : columns_(columns),
          sides_{logical::composed_block(node.inputs.front()), logical::composed_block(node.inputs.back())},
          conditions_(conditions),
          computations_([](const ast::Expression& each) { return sides_of(each); },
                        [this](std::size_t side, const ast::Expression& each) {
                            return type_over(columns_, *sides_[side].from, below(each));
                        }) {
        for (const ast::Expression& condition : conditions_) computations_.add(condition);
    }

    void add_time(std::size_t side, const logical::JoinSide& joined) {
        if (joined.time) sides_[side].items.push_back(make_item(below(*joined.time, side), time_key_column));
    }

    /// With what the conditions compute of single rows and may fail for some.
    [[nodiscard]] ast::Query take(std::size_t side) {
        std::vector<ast::Expression> computed;
        for (const ast::Expression& each : computations_.take(side)) computed.push_back(below(each));
        require_computable(sides_[side], std::move(computed));
        return make_query(sides_[side]);
    }

    /// The conditions that may fail for a pair.
    [[nodiscard]] std::vector<bool> fail_for_pairs() const {
        std::vector<bool> fail;
        for (const ast::Expression& condition : conditions_)
            fail.push_back(computations_.may_fail_for_pairs(
                condition, [this](const ast::Expression& each) { return type_over(columns_, pairs(), each); }));
        return fail;
    }

    /// An expression over the values of a side, or over both, as one over what its input reads.
    [[nodiscard]] ast::Expression below(ast::Expression expression, std::size_t side_of_rows = 0) const {
        replace_expressions(expression, [&](ast::Expression& each) {
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference || reference->parts.size() != 2) return false;
            const std::string& relation = reference->parts[0].text;
            std::size_t side = side_of_rows;
            if (relation == join_side_alias[0])
                side = 0;
            else if (relation == join_side_alias[1])
                side = 1;
            else if (relation != operator_rows_alias)
                return false;
            for (const ast::SelectItem& item : sides_[side].items) {
                if (item.alias->text != reference->parts[1].text) continue;
                each = ast::Expression(item.value);
                break;
            }
            return true;
        });
        return expression;
    }

private:
    static unsigned sides_of(const ast::Expression& expression) {
        unsigned sides = 0;
        (void)contains(expression, [&](const ast::Expression& each) {
            const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
            if (!reference) return false;
            const std::string& relation = reference->parts.front().text;
            const bool is_value = relation == join_side_alias[0] || relation == join_side_alias[1];
            sides |= !is_value ? 4U : relation == join_side_alias[0] ? 1U : 2U;
            return false;
        });
        return sides;
    }

    [[nodiscard]] ast::TableReference pairs() const {
        ast::Join join;
        join.kind = ast::Join::Kind::cross;
        for (std::size_t side = 0; side < 2; ++side) {
            ast::TableReference rows;
            rows.node = ast::DerivedTable{false, make_query(sides_[side])};
            rows.alias = ast::TableAlias{make_identifier(join_side_alias[side], {}), {}};
            (side == 0 ? join.left : join.right) = std::move(rows);
        }
        ast::TableReference table;
        table.node = std::move(join);
        return table;
    }

    const RelationColumns& columns_;
    std::array<ast::Select, 2> sides_;
    const std::vector<ast::Expression>& conditions_;
    SideComputations computations_;
};

/// block: SELECT ... FROM a join ON all of conditions. Those that may fail for a pair take such a pair for one that
/// does not belong together. Returns a query that computes the conditions as they are, of pairs; nullopt where none
/// may.
std::optional<ast::Query> try_conditions(ast::Select& block, const std::vector<ast::Expression>& conditions,
                                         const std::vector<bool>& may_fail) {
    if (std::find(may_fail.begin(), may_fail.end(), true) == may_fail.end()) return std::nullopt;
    ast::Select computed;
    computed.items.push_back(make_item(make_call("count_star", {}, {}), "pairs"));
    // Of the same kind: an inner join asks rows of one side for what an outer one asks pairs.
    computed.from = block.from;
    std::vector<ast::Expression> tried = conditions;
    for (std::size_t place = 0; place < tried.size(); ++place) {
        if (may_fail[place]) tried[place] = make_call("try", {conditions[place]}, {});
    }
    std::get<ast::Join>(block.from->node).on = conjunction_of(std::move(tried));
    return make_query(std::move(computed));
}

JoinPlan::Kind kind_of(const logical::StreamJoin& join) {
    switch (join.kind) {
        case logical::StreamJoin::Kind::semi:
            return JoinPlan::Kind::semi;
        case logical::StreamJoin::Kind::anti:
            return JoinPlan::Kind::anti;
        case logical::StreamJoin::Kind::pairs:
            return JoinPlan::Kind::pairs;
    }
    return JoinPlan::Kind::pairs;
}

/// The numbers of both rows for every pair.
ast::Query matching_rows(const ast::Select& block, bool has_conditions) {
    ast::Select matched;
    matched.from = block.from;
    std::get<ast::Join>(matched.from->node).kind = has_conditions ? ast::Join::Kind::inner : ast::Join::Kind::cross;
    for (std::size_t side = 0; side < 2; ++side)
        matched.items.push_back(
            make_item(make_column(join_side_alias[side], arrival_column, {}), side == 0 ? "l" : "r"));
    return make_query(std::move(matched));
}

JoinPlan::Side lower_side(const logical::JoinSide& side, ast::Query input) {
    JoinPlan::Side lowered;
    lowered.input.query = std::move(input);
    if (side.time) lowered.time = side.key;
    lowered.keeps_unmatched = side.keeps_unmatched;
    for (const logical::JoinSide::Expiry& expiry : side.expiries)
        lowered.expiries.push_back({expiry.value, expiry.bound});
    return lowered;
}

}  // namespace

JoinPlan StreamLowering::lower(const logical::StreamJoin& join, const logical::Node& node) const {
    JoinInputs inputs(node, join.conditions, columns_);
    JoinPlan plan;
    plan.kind = kind_of(join);
    plan.query = make_query(join.block);
    plan.matched = matching_rows(join.block, !join.conditions.empty());
    for (std::size_t side = 0; side < 2; ++side) {
        std::vector<std::pair<ast::Expression, TimeKey>> late;
        for (const auto& [value, key] : join.sides[side].late) late.emplace_back(inputs.below(value, side), key);
        inputs.add_time(side, join.sides[side]);
        plan.sides[side] = lower_side(join.sides[side], inputs.take(side));
        plan.sides[side].input.lateness = lateness(plan.sides[side].input.query, late);
    }
    return plan;
}

JoinPlan StreamLowering::lower(const logical::AsofJoin& join, const logical::Node& node) const {
    JoinInputs inputs(node, join.conditions, columns_);
    JoinPlan plan;
    plan.kind = JoinPlan::Kind::asof;
    plan.query = make_query(join.block);
    plan.asof_keys = join.keys;
    for (std::size_t side = 0; side < 2; ++side) {
        inputs.add_time(side, join.sides[side]);
        plan.sides[side] = lower_side(join.sides[side], inputs.take(side));
        PlannedFragment& input = plan.sides[side].input;
        input.lateness = lateness(input.query, time_key_column, join.sides[side].key);
    }
    return plan;
}

ChangingPlan StreamLowering::lower(const logical::ChangingJoin& join, const logical::Node& node) const {
    JoinInputs inputs(node, join.conditions, columns_);
    ChangingPlan plan;
    ast::Select block = join.block;
    plan.pairs = try_conditions(block, join.conditions, inputs.fail_for_pairs());
    plan.query = make_query(std::move(block));
    for (std::size_t side = 0; side < 2; ++side) {
        plan.inputs.push_back({inputs.take(side), {}, node.inputs[side].changes});
    }
    return plan;
}

}  // namespace laminar
