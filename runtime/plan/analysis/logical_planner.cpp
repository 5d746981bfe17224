#include "runtime/plan/analysis/logical_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/ast/deep_walk.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/common_tables.h"
#include "runtime/plan/logical/node_structure.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

namespace {

constexpr const char* retained_hint =
    "let a pipeline store the rows in a table and query that, or run the query ad hoc over the retained rows";

}  // namespace

LogicalPlanner::LogicalPlanner(const BoundQuery& query, std::vector<InputTime> times, const FunctionNames& aggregates,
                               RelationColumns::Describe describe, Diagnostics& diagnostics)
    : bound_(query),
      times_(std::move(times)),
      aggregates_(aggregates),
      diagnostics_(diagnostics),
      columns_(std::move(describe), [this](std::size_t scan) { return scan_columns(scan); }) {
    plan_.input_count = query.inputs.size();
}

std::optional<logical::Plan> LogicalPlanner::plan() {
    ast::Query query = bound_.query;
    try {
        if (query.recursive && reads_stream(query)) refuse(query.span, "WITH RECURSIVE", retained_hint);
        inline_common_tables(query);
        plan_query(query);
    } catch (const Refused&) {
        return std::nullopt;
    }
    plan_.clocks_in_use = plan_.clocks.size();
    if (!reads_changes(query)) find_result_times(query);
    for (const PlannedClock& clock : plan_.clocks) plan_.times.clocks.push_back({clock.origin, clock.is_united});
    has_all_clocks_ = true;
    plan_.root = take_tree(std::move(query), place_);
    logical::set_fingerprints(plan_, bound_.inputs, times_);
    return std::move(plan_);
}

TimeTracer LogicalPlanner::make_tracer() {
    return {columns_, [this](std::size_t scan, const std::string& column) { return scan_clock(scan, column); },
            [this](std::size_t scan, const ast::Expression& value) { return value_clock(scan, value); },
            [this](std::size_t scan) { return is_stream_scan(scan); }};
}

void LogicalPlanner::refuse(SourceSpan span, const std::string& what, const std::string& hint) const {
    reject(span, fmt::format("{} over an unbounded stream has no answer that is ever complete", what), hint);
}

void LogicalPlanner::reject(SourceSpan span, const std::string& message, const std::string& hint) const {
    diagnostics_.error(DiagnosticCode::unsupported_on_stream, span.empty() ? bound_.query.span : span, message, hint);
    throw Refused();
}

bool LogicalPlanner::is_stream_scan(std::size_t scan) const {
    if (scan >= plan_.input_count) return true;
    const InputKind kind = bound_.inputs[scan].kind;
    return kind == InputKind::stream_table || kind == InputKind::connection || kind == InputKind::pipeline;
}

bool LogicalPlanner::changes(std::size_t scan) const {
    if (scan < plan_.input_count) return times_[scan].changes;
    return nodes_[scan - plan_.input_count].node.changes;
}

bool LogicalPlanner::reads_stream(const ast::TableReference& table) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) return is_stream_scan(scan->input);
    if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return reads_stream(*derived->query);
    if (const auto* join = std::get_if<ast::Join>(&table.node))
        return reads_stream(*join->left) || reads_stream(*join->right);
    return false;
}

bool LogicalPlanner::reads_stream(const ast::QueryBody& body) const {
    if (const auto* select = std::get_if<ast::Select>(&body.node)) return select->from && reads_stream(*select->from);
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node))
        return reads_stream(*operation->left) || reads_stream(*operation->right);
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return reads_stream(*nested->query);
    return false;
}

bool LogicalPlanner::reads_stream(const ast::Query& query) const {
    return std::any_of(query.with.begin(), query.with.end(),
                       [&](const auto& table) { return reads_stream(*table.query); }) ||
           reads_stream(query.body);
}

bool LogicalPlanner::reads_changes(const ast::TableReference& table) const {
    bool found = false;
    ast::DeepWalk([](const ast::Expression&) {},
                  [&](const ast::TableReference& each) {
                      const auto* scan = std::get_if<ast::BoundScan>(&each.node);
                      found = found || (scan && changes(scan->input));
                  })(table);
    return found;
}

bool LogicalPlanner::reads_changes(const ast::Query& query) const {
    ast::TableReference whole;
    whole.node = ast::DerivedTable{false, query};
    return reads_changes(whole);
}

std::vector<OutputColumn> LogicalPlanner::scan_columns(std::size_t scan) const {
    if (scan >= plan_.input_count) return nodes_[scan - plan_.input_count].node.columns;
    std::vector<OutputColumn> columns;
    for (const InputColumn& column : bound_.inputs[scan].columns) columns.push_back({column.name, column.type});
    return columns;
}

logical::Node& LogicalPlanner::add_node(ast::Select& block, SourceSpan span, logical::Node::Kind kind,
                                        const ast::Select& input, std::vector<OutputColumn> columns) {
    Pending pending;
    pending.node.id = place_;
    pending.node.span = span;
    pending.node.columns = std::move(columns);
    pending.node.number = next_number();
    pending.node.kind = std::move(kind);
    pending.inputs.push_back(make_query(input));
    ast::Select replacement;
    replacement.items.push_back(make_star());
    replacement.from = make_scan(pending.node.number, fmt::format("__operator{}", nodes_.size() + 1));
    block = std::move(replacement);
    nodes_.push_back(std::move(pending));
    return nodes_.back().node;
}

void LogicalPlanner::plan_query(ast::Query& query) {
    if (!reads_stream(query)) return refuse_stored_windows(query);
    plan_body(query.body);
    if (!query.order_by.empty())
        refuse(query.order_by.front().value.span, "ORDER BY",
               "rows leave in the order of their windows; for the first rows of a window use QUALIFY ROW_NUMBER() OVER "
               "(PARTITION BY window ORDER BY ...) <= n");
    if (query.order_by_all) refuse(query.span, "ORDER BY ALL", retained_hint);
    if (query.limit)
        refuse(query.limit->span, "LIMIT", "use QUALIFY ROW_NUMBER() OVER (PARTITION BY window ORDER BY ...) <= n");
    if (query.offset) refuse(query.offset->span, "OFFSET", retained_hint);
}

void LogicalPlanner::plan_body(ast::QueryBody& body) {
    if (auto* select = std::get_if<ast::Select>(&body.node)) {
        plan_select(*select, body.span);
    } else if (auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
        using Kind = ast::SetOperation::Kind;
        if (!operation->all || operation->kind != Kind::union_)
            refuse(body.span, operation->kind == Kind::union_ ? "UNION without ALL" : "INTERSECT or EXCEPT",
                   "use UNION ALL, and SELECT DISTINCT with a window around it where rows may repeat");
        plan_operand(*operation->left, "left");
        plan_operand(*operation->right, "right");
    } else if (auto* nested = std::get_if<ast::NestedQuery>(&body.node)) {
        plan_query(*nested->query);
    }
}

void LogicalPlanner::plan_operand(ast::QueryBody& body, std::string_view part) {
    const Place place(*this, part);
    plan_body(body);
}

void LogicalPlanner::plan_table(ast::TableReference& table, std::string_view part) {
    const Place place(*this, part);
    if (auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return plan_query(*derived->query);
    auto* join = std::get_if<ast::Join>(&table.node);
    if (!join) return;
    plan_table(*join->left, "left");
    plan_table(*join->right, "right");
}

bool LogicalPlanner::comes_in_order(std::size_t scan) const {
    if (scan < plan_.input_count) return times_[scan].in_order;
    const Pending& pending = nodes_[scan - plan_.input_count];
    const logical::Node::Kind& kind = pending.node.kind;
    if (std::holds_alternative<logical::OverTime>(kind)) return comes_in_order(pending.inputs.front().body);
    if (std::holds_alternative<logical::StreamJoin>(kind)) return false;
    // Windows come one after the other, each in the order of its values.
    return !std::holds_alternative<logical::SessionAggregate>(kind) && !pending.node.times.empty();
}

bool LogicalPlanner::comes_in_order(const ast::TableReference& table) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node))
        return !is_stream_scan(scan->input) || comes_in_order(scan->input);
    if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return comes_in_order(derived->query->body);
    const auto* join = std::get_if<ast::Join>(&table.node);
    if (!join || !reads_stream(table)) return true;
    // What is unnested of a row stays with it; other joins take their rows in any order.
    return std::holds_alternative<ast::TableFunction>(join->right->node) && comes_in_order(*join->left);
}

bool LogicalPlanner::comes_in_order(const ast::QueryBody& body) const {
    if (const auto* select = std::get_if<ast::Select>(&body.node))
        return !select->from || comes_in_order(*select->from);
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return comes_in_order(nested->query->body);
    return !reads_stream(body);
}

void LogicalPlanner::check_static_joins(const ast::TableReference& table) {
    const auto* join = std::get_if<ast::Join>(&table.node);
    if (!join) return;
    using Kind = ast::Join::Kind;
    const bool left = reads_stream(*join->left);
    const bool right = reads_stream(*join->right);
    if (join->kind == Kind::full || (join->kind == Kind::left && right) || (join->kind == Kind::right && left) ||
        ((join->kind == Kind::semi || join->kind == Kind::anti) && right && !left))
        reject(
            table.span,
            "an outer join cannot keep the rows of the stored side: whether one stays without partner is never known",
            "put the stream on the side whose rows are kept");
    if (join->kind == Kind::positional)
        reject(table.span, "rows of a stream have no positions to join by", "join on a column");
    check_static_joins(*join->left);
    check_static_joins(*join->right);
}

void LogicalPlanner::check_subqueries(const ast::Select& select) const {
    const auto check = [&](const auto& self, const ast::Expression& expression) -> void {
        ast::for_each_child_of_expression(
            expression, [&](const ast::Expression& child) { self(self, child); },
            [&](const ast::Query& query) {
                if (reads_stream(query))
                    reject(query.span, "a subquery of a continuous query cannot read a stream",
                           "join the two streams instead");
                refuse_stored_windows(query);
            });
    };
    ast::for_each_child_of_select(
        select, [&](const ast::Expression& expression) { check(check, expression); },
        [](const ast::TableReference&) {});
}

void LogicalPlanner::refuse_stored_windows(const ast::Query& query) const {
    ast::visit_expressions(query, [&](const ast::Expression& each) {
        for (const auto& [kind, name] :
             {std::pair(ast::TimeWindow::Kind::hop, "HOP"), std::pair(ast::TimeWindow::Kind::session, "SESSION")}) {
            if (as_window(each, kind))
                reject(each.span, fmt::format("{} over what is stored cannot be a part of a query over a stream", name),
                       "store its rows in a table, and read that");
        }
    });
}

void LogicalPlanner::plan_select(ast::Select& select, SourceSpan span) {
    check_subqueries(select);
    if (!select.from || !reads_stream(*select.from)) return refuse_stored_windows(make_query(select));
    push_row_number_filter(select);
    plan_table(*select.from, "from");
    if (!select.sample.empty()) reject(span, "a stream cannot be sampled as a whole", "use WHERE random() < 0.1");
    plan_joins(select);
    check_static_joins(*select.from);
    const auto keeps_state = [&](const ast::Expression& expression) {
        const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
        return as_window(expression, ast::TimeWindow::Kind::session) ||
               (call && (call->over || is_aggregate_call(expression, aggregates_)));
    };
    bool stateful = select.distinct || !select.distinct_on.empty() || select.group_by_all || !select.group_by.empty() ||
                    select.having || select.qualify;
    for (const ast::SelectItem& item : select.items) stateful = stateful || contains(item.value, keeps_state);
    if (!stateful && reads_changes(*select.from)) refuse_moments_over_changes(select);
    if (stateful)
        plan_stateful(select, span);
    else
        unnest_hops(select);
}

}  // namespace laminar
