#include <fmt/format.h>

#include <algorithm>

#include "parser/ast/deep_walk.h"
#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/logical/scans.h"
#include "runtime/plan/time/time_tracer.h"

/// The tree of a query in which blocks that keep state have been replaced by scans of their nodes. What is known of a
/// node is found while all that is below it still stands in the query; then it is taken out.
namespace laminar {

namespace {

bool is_plain(const ast::Query& query) {
    return query.with.empty() && query.order_by.empty() && !query.order_by_all && !query.limit && !query.offset;
}

/// The scan of SELECT * FROM scan.
const ast::BoundScan* whole_scan(const ast::Query& query) {
    const auto* select = std::get_if<ast::Select>(&query.body.node);
    if (!select || !is_plain(query) || !select->from) return nullptr;
    const auto* scan = std::get_if<ast::BoundScan>(&select->from->node);
    const bool has_more = select->distinct || select->where || !select->group_by.empty() || select->having ||
                          select->qualify || !select->sample.empty() || !select->from->sample.empty() ||
                          (select->from->alias && !select->from->alias->columns.empty()) || select->items.size() != 1;
    if (!scan || has_more) return nullptr;
    const auto* star = std::get_if<ast::Star>(&select->items.front().value.node);
    const bool is_all = star && star->exclude.empty() && star->replace.empty() && star->rename.empty();
    return is_all ? scan : nullptr;
}

}  // namespace

logical::Node LogicalPlanner::take_tree(ast::Query query, const std::string& id) {
    if (auto* nested = std::get_if<ast::NestedQuery>(&query.body.node); nested && is_plain(query)) {
        ast::Query inner = std::move(*nested->query);
        return take_tree(std::move(inner), id);
    }
    if (std::holds_alternative<ast::SetOperation>(query.body.node) && reads_stream(query))
        return take_union(std::move(query), id);
    const ast::BoundScan* scan = whole_scan(query);
    if (scan && scan->input >= plan_.input_count) return take_numbered(scan->input, id);
    return take_rows(std::move(query), id, id + ".from");
}

logical::Node LogicalPlanner::take_union(ast::Query query, const std::string& id) {
    logical::Node node = facts_of(query);
    node.id = id;
    auto& operation = std::get<ast::SetOperation>(query.body.node);
    node.kind = logical::UnionAll{operation.by_name};
    for (auto [side, part] : {std::pair(&operation.left, "left"), std::pair(&operation.right, "right")}) {
        ast::Query operand;
        operand.span = (*side)->span;
        operand.body = std::move(**side);
        node.inputs.push_back(take_tree(std::move(operand), fmt::format("{}.{}", id, part)));
    }
    return node;
}

logical::Node LogicalPlanner::take_rows(ast::Query query, const std::string& id, const std::string& from) {
    logical::Node node = facts_of(query);
    node.id = id;
    node.span = query.span;
    const auto on_scan = [&](ast::TableReference& table) { take_further_input(table, node); };
    if (auto* select = std::get_if<ast::Select>(&query.body.node); select && is_plain(query)) {
        if (select->from) take_inputs(*select->from, from, node);
        logical::for_each_scan_beside_from(*select, on_scan);
    } else {
        logical::for_each_scan(query, on_scan);
    }
    node.kind = logical::Rows{std::move(query)};
    return node;
}

void LogicalPlanner::take_inputs(ast::TableReference& table, const std::string& id, logical::Node& node) {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) {
        node.inputs.push_back(take_numbered(scan->input, id));
        table.node = ast::BoundScan{node.inputs.size() - 1};
    } else if (auto* derived = std::get_if<ast::DerivedTable>(&table.node);
               derived && reads_stream(*derived->query) && stands_alone(*derived)) {
        ast::Query inner = std::move(*derived->query);
        node.inputs.push_back(take_tree(std::move(inner), id));
        table.node = ast::BoundScan{node.inputs.size() - 1};
    } else if (auto* join = std::get_if<ast::Join>(&table.node)) {
        take_inputs(*join->left, id + ".left", node);
        take_inputs(*join->right, id + ".right", node);
        if (join->on) {
            ast::Select condition;
            condition.where = std::move(join->on);
            logical::for_each_scan_beside_from(condition,
                                               [&](ast::TableReference& each) { take_further_input(each, node); });
            join->on = std::move(condition.where);
        }
    } else {
        logical::for_each_scan(table, [&](ast::TableReference& each) { take_further_input(each, node); });
    }
}

/// One that does not stand in the FROM clause itself.
void LogicalPlanner::take_further_input(ast::TableReference& scan, logical::Node& node) {
    const std::string id = fmt::format("{}.{}", node.id, node.inputs.size() + 1);
    take_inputs(scan, id, node);
}

logical::Node LogicalPlanner::take_numbered(std::size_t number, const std::string& id) {
    if (number < plan_.input_count) {
        const QueryInput& input = bound_.inputs[number];
        logical::Node node;
        node.id = id;
        node.span = input.span;
        node.number = number;
        node.columns = scan_columns(number);
        node.changes = changes(number);
        node.in_order = !is_stream_scan(number) || comes_in_order(number);
        node.kind = logical::Scan{number, input.kind, input.object, times_[number].plan};
        for (std::size_t position = 0; is_stream_scan(number) && position < node.columns.size(); ++position) {
            const std::string& name = node.columns[position].name;
            if (auto key = scan_clock(number, name)) node.times.push_back({position, name, std::move(*key)});
        }
        return node;
    }
    Pending& pending = nodes_[number - plan_.input_count];
    pending.node.in_order = comes_in_order(number);
    logical::Node node = std::move(pending.node);
    std::vector<ast::Query> inputs = std::move(pending.inputs);
    if (inputs.size() == 1) {
        node.inputs.push_back(take_rows(std::move(inputs.front()), node.id + ".input", node.id + ".from"));
        return node;
    }
    for (const char* side : {"left", "right"}) {
        ast::Query& input = inputs[node.inputs.size()];
        node.inputs.push_back(take_rows(std::move(input), fmt::format("{}.input.{}", node.id, side),
                                        fmt::format("{}.{}", node.id, side)));
    }
    return node;
}

bool LogicalPlanner::stands_alone(const ast::DerivedTable& derived) const {
    try {
        (void)columns_.of(*derived.query);
    } catch (const EngineException&) {
        return false;  // It refers to relations before it.
    }
    return true;
}

logical::Node LogicalPlanner::facts_of(const ast::Query& query) {
    logical::Node node;
    node.columns = columns_.of(query);
    node.changes = reads_changes(query);
    node.in_order = comes_in_order(query.body);
    if (node.changes) node.key = kept_key(query, node.columns);
    if (plan_.clocks.empty()) return node;
    const TimeTracer tracer = make_tracer();
    try {
        for (std::size_t position = 0; position < node.columns.size(); ++position) {
            const OutputColumn& column = node.columns[position];
            if (!is_time(column.type) && column.type.id != TypeId::structure) continue;
            if (auto key = tracer.trace_column(query, column.name))
                node.times.push_back({position, column.name, std::move(*key)});
        }
    } catch (const EngineException&) {
        // A relation that refers to those before it cannot be asked for its columns alone: none is followed.
        node.times.clear();
    }
    return node;
}

/// Rows that are an operator's, or made one by one from them, are identified by its key as long as they show it.
std::vector<std::string> LogicalPlanner::kept_key(const ast::Query& query,
                                                  const std::vector<OutputColumn>& columns) const {
    std::size_t last = 0;
    ast::TableReference whole;
    whole.node = ast::DerivedTable{false, query};
    ast::DeepWalk([](const ast::Expression&) {},
                  [&](const ast::TableReference& table) {
                      const auto* scan = std::get_if<ast::BoundScan>(&table.node);
                      if (scan) last = std::max(last, scan->input);
                  })(whole);
    if (last < plan_.input_count) return {};
    const std::vector<std::string>& key = nodes_[last - plan_.input_count].node.key;
    const bool is_shown = std::all_of(key.begin(), key.end(), [&](const std::string& name) {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const OutputColumn& column) { return equals_ignoring_case(column.name, name); });
    });
    return is_shown ? key : std::vector<std::string>();
}

}  // namespace laminar
