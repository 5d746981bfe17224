// Results that change with every row.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/group_keys.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/expressions/aggregates.h"
#include "runtime/plan/flink/values/identifiers.h"

namespace laminar::flink {

Relation FlinkLowering::lower(const logical::ChangingAggregate& aggregate, const logical::Node& node) {
    using Purpose = logical::ChangingAggregate::Purpose;
    Block block(aggregate.block, lower_inputs(node), node, engine_, catalog_, findings_);
    if (aggregate.purpose == Purpose::window_functions) return lower_first_rows(block, node, false);
    if (!has_plain_groups(aggregate.block))
        findings_.refuse(node.span, "GROUPING SETS are not exported", "use one query for each");
    if (aggregate.groups.empty())
        findings_.refuse(node.span,
                         "a result of one row that changes has no key, by which a topic would keep the latest",
                         "group by a window, or by a column");
    block.writer.set_special([&](const ast::Expression& each) -> std::optional<Written> {
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        if (!call || call->over || !is_aggregate(called_function(each))) return std::nullopt;
        return write_aggregate(block.writer, *call, each, {{}, false});
    });
    Relation relation;
    const std::string items = write_items(block, node, relation, false);
    std::vector<std::string> groups;
    for (const ast::Expression& group : aggregate.groups) groups.push_back(block.writer.write(group).text);
    // To Flink, rows without repetition change as well.
    relation.changes = true;
    std::string text =
        fmt::format("SELECT {}\nFROM {} AS {}\nGROUP BY {}", items, quoted_name(block.inputs.front().name),
                    quoted_name(block.scope.alias_of(block.scope.relations().front())), fmt::join(groups, ", "));
    if (block.select.having) text += "\nHAVING " + block.writer.write_condition(*block.select.having);
    add_view(node, text, relation);
    return relation;
}

}  // namespace laminar::flink
