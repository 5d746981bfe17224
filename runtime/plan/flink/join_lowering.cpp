// Joins of two streams.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

const char* words_of(ast::Join::Kind kind) {
    using Kind = ast::Join::Kind;
    switch (kind) {
        case Kind::left:
            return "LEFT JOIN";
        case Kind::right:
            return "RIGHT JOIN";
        case Kind::full:
            return "FULL OUTER JOIN";
        case Kind::inner:
        case Kind::cross:
            return "INNER JOIN";
        default:
            return nullptr;
    }
}

}  // namespace

Relation FlinkLowering::lower(const logical::StreamJoin& join, const logical::Node& node) {
    if (join.kind != logical::StreamJoin::Kind::pairs)
        findings_.refuse(
            node.span, "SEMI and ANTI JOIN of streams have no equal in Flink",
            "join, and take the first of each row: QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) = 1");
    if (join.sides[0].expiries.empty() || join.sides[1].expiries.empty())
        findings_.refuse(node.span, "Flink joins rows of event times where both sides are bounded in time",
                         "a.ts BETWEEN b.ts - INTERVAL '1 minute' AND b.ts + INTERVAL '1 minute'");
    return lower_join(join.block, node, true);
}

Relation FlinkLowering::lower(const logical::ChangingJoin& join, const logical::Node& node) {
    if (node.key.empty())
        findings_.refuse(node.span, "nothing tells the rows of this changing join from one another",
                         "window the rows before they are joined");
    return lower_join(join.block, node, false);
}

Relation FlinkLowering::lower_join(const ast::Select& select, const logical::Node& node, bool keeps_times) {
    Block block(select, lower_inputs(node), node, engine_, catalog_, findings_);
    const auto& join = std::get<ast::Join>(block.select.from->node);
    const char* words = words_of(join.kind);
    if (!words || !join.on) findings_.refuse(node.span, "this join has no equal in Flink", "give it a condition");
    const bool compares_times = std::all_of(block.inputs.begin(), block.inputs.end(), [](const Relation& input) {
        return std::any_of(input.columns.begin(), input.columns.end(),
                           [](const Column& column) { return column.is_time; });
    });
    if (keeps_times && !compares_times)
        findings_.refuse(node.span, "Flink bounds a join by the event times of both sides, as tables declare them",
                         "declare WATERMARK FOR the columns that are compared");
    const bool reads_changes =
        std::any_of(block.inputs.begin(), block.inputs.end(), [](const Relation& input) { return input.changes; });
    if (keeps_times && reads_changes)
        findings_.refuse(node.span, "a join of rows that change is not bounded in time in Flink",
                         "window the rows before they are joined");
    Relation relation;
    // Rows without partner come later than their time.
    const std::string items = write_items(block, node, relation, keeps_times && join.kind == ast::Join::Kind::inner);
    relation.changes = relation.changes || reads_changes;
    std::string text = fmt::format("SELECT {}\nFROM {} AS {}\n{} {} AS {}", items, quoted_name(block.inputs[0].name),
                                   quoted_name(join_side_alias[0]), words, quoted_name(block.inputs[1].name),
                                   quoted_name(join_side_alias[1]));
    text += "\nON " + block.writer.write_condition(*join.on);
    if (block.select.where) text += "\nWHERE " + block.writer.write_condition(*block.select.where);
    add_view(node, text, relation);
    return relation;
}

Relation FlinkLowering::lower(const logical::AsofJoin& asof, const logical::Node& node) {
    Block block(asof.block, lower_inputs(node), node, engine_, catalog_, findings_);
    const auto& join = std::get<ast::Join>(block.select.from->node);
    // key = key AND left.ts >= right.ts, and nothing else.
    const FromRelation& right_side = block.scope.relations().at(1);
    const auto is_right = [&](const ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&without_parentheses(each).node);
        const auto found = reference ? resolve(*reference, block.scope.relations()) : std::nullopt;
        return found && found->relation == &right_side;
    };
    std::vector<std::string> keys;
    std::vector<std::string> conditions;
    const Column* left_time = nullptr;
    const Column* right_time = nullptr;
    for (const ast::Expression& condition : asof.conditions) {
        const auto* binary = std::get_if<ast::Binary>(&without_parentheses(condition).node);
        const ast::Expression* left = binary ? &*binary->left : nullptr;
        const ast::Expression* right = binary ? &*binary->right : nullptr;
        ast::OperatorKind kind = binary ? binary->op.kind() : ast::OperatorKind::other;
        if (binary && is_right(*left)) {
            std::swap(left, right);
            kind = ast::with_sides_changed(kind);
        }
        const Column* one = left ? block.scope.plain_column(*left) : nullptr;
        const Column* other = right ? block.scope.plain_column(*right) : nullptr;
        if (kind == ast::OperatorKind::equal && one && other && is_right(*right)) {
            if (one->written != other->written)
                findings_.refuse(condition.span, "keys of an ASOF JOIN have the same type in Flink",
                                 "declare both columns alike");
            keys.push_back(fmt::format("{}.{}", quoted_name(join_side_alias[1]), quoted_name(other->name)));
            conditions.push_back(block.writer.write_condition(condition));
        } else if (kind == ast::OperatorKind::greater_equal && one && other && one->is_time && other->is_time &&
                   !left_time) {
            left_time = one;
            right_time = other;
        } else {
            findings_.refuse(condition.span, "an ASOF JOIN of Flink is by equal columns and by the event times alone",
                             "ON a.key = b.key AND a.ts >= b.ts");
        }
    }
    if (keys.empty() || !left_time)
        findings_.refuse(node.span, "an ASOF JOIN of Flink needs a key and the event times",
                         "ON a.key = b.key AND a.ts >= b.ts");
    // The latest row of each key, as a table of versions.
    const std::string right_name = quoted_name(join_side_alias[1]);
    std::string shown;
    for (const Column& column : block.inputs[1].columns)
        shown += (shown.empty() ? "" : ", ") + quoted_name(column.name);
    Relation versions;
    versions.name = names_.add(fmt::format("{}/{}.versions", name_, node.id));
    views_.push_back(fmt::format(
        "CREATE TEMPORARY VIEW {} AS\nSELECT {}\nFROM (SELECT {}.*, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {}.{} "
        "DESC) AS `laminar_row_number` FROM {} AS {})\nWHERE `laminar_row_number` = 1",
        quoted_name(versions.name), shown, right_name, fmt::join(keys, ", "), right_name, quoted_name(right_time->name),
        quoted_name(block.inputs[1].name), right_name));
    Relation relation;
    const std::string items = write_items(block, node, relation, false);
    // The time of the left side goes on: no row of the right one is in its way.
    for (std::size_t index = 0; index < relation.columns.size(); ++index) {
        if (block.scope.plain_column(block.select.items[index].value) == left_time)
            relation.columns[index].is_time = true;
    }
    add_view(node,
             fmt::format("SELECT {}\nFROM {} AS {}\n{} {} FOR SYSTEM_TIME AS OF {}.{} AS {}\nON {}", items,
                         quoted_name(block.inputs[0].name), quoted_name(join_side_alias[0]),
                         join.kind == ast::Join::Kind::left ? "LEFT JOIN" : "INNER JOIN", quoted_name(versions.name),
                         quoted_name(join_side_alias[0]), quoted_name(left_time->name), right_name,
                         fmt::join(conditions, " AND ")),
             relation);
    return relation;
}

}  // namespace laminar::flink
