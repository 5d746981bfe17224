#include "runtime/plan/stream_planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/common_tables.h"
#include "runtime/plan/plan_fingerprint.h"
#include "runtime/plan/row_origins.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

namespace {

constexpr const char* retained_hint =
    "let a pipeline store the rows in a table and query that, or run the query ad hoc over the retained rows";

/// Planning asks for the columns of the same text again and again.
RelationColumns::Describe asked_once(RelationColumns::Describe describe) {
    auto known = std::make_shared<std::map<std::string, std::vector<OutputColumn>, std::less<>>>();
    return [describe = std::move(describe), known](const std::string& sql) {
        const auto found = known->find(sql);
        return found != known->end() ? found->second : known->emplace(sql, describe(sql)).first->second;
    };
}

}  // namespace

StreamPlanner::StreamPlanner(const BoundQuery& query, std::vector<InputTime> times, const FunctionNames& aggregates,
                             RelationColumns::Describe describe, Diagnostics& diagnostics)
    : bound_(query),
      times_(std::move(times)),
      aggregates_(aggregates),
      diagnostics_(diagnostics),
      columns_(asked_once(std::move(describe)), [this](std::size_t scan) { return scan_columns(scan); }) {
    plan_.input_count = query.inputs.size();
}

std::optional<StreamPlan> StreamPlanner::plan() {
    ast::Query query = bound_.query;
    try {
        if (query.recursive && reads_stream(query)) refuse(query.span, "WITH RECURSIVE", retained_hint);
        inline_common_tables(query);
        plan_query(query);
    } catch (const Refused&) {
        return std::nullopt;
    }
    // A result that is an operator's rows as they are has its key columns.
    bool changing = false;
    ast::Select everything;
    ast::TableReference whole;
    whole.node = ast::DerivedTable{false, query};
    changing = reads_changes(whole);
    plan_.changes = changing;
    plan_.in_order = comes_in_order(query.body);
    if (changing && !plan_.operators.empty()) {
        const PlannedOperator& last = plan_.operators.back();
        const auto names = columns_.of(query);
        const bool kept = std::all_of(last.key_columns.begin(), last.key_columns.end(), [&](const std::string& key) {
            return std::any_of(names.begin(), names.end(),
                               [&](const OutputColumn& column) { return equals_ignoring_case(column.name, key); });
        });
        if (kept) plan_.key_columns = last.key_columns;
    }
    plan_.clocks_in_use = plan_.clocks.size();
    if (!plan_.changes) find_result_times(query);
    for (const PlannedClock& clock : plan_.clocks) plan_.times.clocks.push_back({clock.origin, clock.is_united});
    plan_.result.query = std::move(query);
    set_fingerprints(plan_, bound_.inputs, times_);
    return std::move(plan_);
}

void StreamPlanner::find_result_times(const ast::Query& query) {
    const TimeTracer tracer = make_tracer();
    const std::vector<OutputColumn> columns = columns_.of(query);
    for (std::size_t position = 0; position < columns.size(); ++position) {
        // A message may make a thousand columns, and following one asks for all of them.
        const ColumnType& type = columns[position].type;
        if (!is_time(type) && type.id != TypeId::structure) continue;
        auto key = tracer.trace_column(query, columns[position].name);
        if (!key) continue;
        TimeKey one = united(std::move(*key), type);
        if (!one.empty()) plan_.times.columns.push_back({position, columns[position].name, std::move(one)});
    }
    if (!plan_.times.columns.empty())
        plan_.result_with_origins =
            with_origins(query, {}, columns_, [this](std::size_t scan) { return is_stream_scan(scan); });
}

TimeTracer StreamPlanner::make_tracer() {
    return {columns_, [this](std::size_t scan, const std::string& column) { return scan_clock(scan, column); },
            [this](std::size_t scan) { return is_stream_scan(scan); }};
}

void StreamPlanner::refuse(SourceSpan span, const std::string& what, const std::string& hint) const {
    reject(span, fmt::format("{} over an unbounded stream has no answer that is ever complete", what), hint);
}

void StreamPlanner::reject(SourceSpan span, const std::string& message, const std::string& hint) const {
    diagnostics_.error(DiagnosticCode::unsupported_on_stream, span.empty() ? bound_.query.span : span, message, hint);
    throw Refused();
}

bool StreamPlanner::is_stream_scan(std::size_t scan) const {
    if (scan >= plan_.input_count) return true;
    const InputKind kind = bound_.inputs[scan].kind;
    return kind == InputKind::stream_table || kind == InputKind::connection || kind == InputKind::pipeline;
}

bool StreamPlanner::changes(std::size_t scan) const {
    if (scan < plan_.input_count) return times_[scan].changes;
    return plan_.operators[scan - plan_.input_count].changes;
}

bool StreamPlanner::reads_stream(const ast::TableReference& table) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) return is_stream_scan(scan->input);
    if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return reads_stream(*derived->query);
    if (const auto* join = std::get_if<ast::Join>(&table.node))
        return reads_stream(*join->left) || reads_stream(*join->right);
    return false;
}

bool StreamPlanner::reads_stream(const ast::QueryBody& body) const {
    if (const auto* select = std::get_if<ast::Select>(&body.node)) return select->from && reads_stream(*select->from);
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node))
        return reads_stream(*operation->left) || reads_stream(*operation->right);
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return reads_stream(*nested->query);
    return false;
}

bool StreamPlanner::reads_stream(const ast::Query& query) const {
    return std::any_of(query.with.begin(), query.with.end(),
                       [&](const auto& table) { return reads_stream(*table.query); }) ||
           reads_stream(query.body);
}

bool StreamPlanner::reads_changes(const ast::TableReference& table) const {
    bool found = false;
    const auto visit_table = [&](const auto& self, const ast::TableReference& each) -> void {
        if (const auto* scan = std::get_if<ast::BoundScan>(&each.node)) found = found || changes(scan->input);
        const auto visit_query = [&](const auto& again, const ast::Query& query) -> void {
            ast::for_each_child_of_query(
                query, [](const ast::Expression&) {}, [&](const ast::Query& nested) { again(again, nested); },
                [&](const ast::TableReference& child) { self(self, child); });
        };
        ast::for_each_child_of_table(
            each, [](const ast::Expression&) {}, [&](const ast::Query& query) { visit_query(visit_query, query); },
            [&](const ast::TableReference& child) { self(self, child); });
    };
    visit_table(visit_table, table);
    return found;
}

std::vector<OutputColumn> StreamPlanner::scan_columns(std::size_t scan) const {
    if (scan >= plan_.input_count) return plan_.operators[scan - plan_.input_count].columns;
    std::vector<OutputColumn> columns;
    for (const InputColumn& column : bound_.inputs[scan].columns) columns.push_back({column.name, column.type});
    return columns;
}

std::optional<TimeKey> StreamPlanner::scan_clock(std::size_t scan, const std::string& column) {
    if (scan >= plan_.input_count) {
        for (const auto& time : plan_.operators[scan - plan_.input_count].time_columns) {
            if (equals_ignoring_case(time.name, column)) return TimeKey{{time.clock, time.value}};
        }
        return std::nullopt;
    }
    const QueryInput& input = bound_.inputs[scan];
    if (input.kind == InputKind::pipeline) return upstream_clock(scan, column);
    const auto found = std::find_if(input.columns.begin(), input.columns.end(),
                                    [&](const InputColumn& each) { return equals_ignoring_case(each.name, column); });
    if (found == input.columns.end()) return std::nullopt;
    const bool arrival =
        found->metadata == MetadataField::received_at || found->metadata == MetadataField::processed_at;
    const TypeId type = found->type.id;
    const InputTime& time = times_[scan];
    const bool declared = !time.column.empty();
    if (!is_time(found->type)) return std::nullopt;
    if (!arrival && declared && !equals_ignoring_case(time.column, column)) return std::nullopt;
    PlannedClock clock;
    clock.kind = arrival ? PlannedClock::Kind::arrival : PlannedClock::Kind::event_time;
    clock.origin = clock.kind;
    clock.scan = scan;
    clock.column = found->name;
    clock.type = found->type;
    clock.idle = time.idle;
    ast::Expression column_value = make_cast(make_column("", found->name, {}), "TIMESTAMP", {});
    if (arrival) {
        clock.watermark = std::move(column_value);
    } else if (declared && time.watermark) {
        clock.watermark = make_cast(*time.watermark, "TIMESTAMP", {});
    } else {
        ast::Expression delay;
        delay.node = ast::Literal{ast::LiteralKind::integer, std::to_string(time.delay.count())};
        clock.watermark = make_binary(std::move(column_value), ast::OperatorKind::subtract,
                                      make_call("to_microseconds", {std::move(delay)}, {}));
        if (type == TypeId::timestamp && !found->metadata) clock.delay = time.delay.count();
    }
    return TimeKey{
        {input_clock(std::move(clock)), make_cast(make_column("", clock_variable, {}), to_sql(found->type), {})}};
}

/// Rows of a pipeline are as old as they were for it: its own clocks go on counting.
std::optional<TimeKey> StreamPlanner::upstream_clock(std::size_t scan, const std::string& column) {
    const ResultTimes& times = times_[scan].upstream;
    const auto found = std::find_if(times.columns.begin(), times.columns.end(), [&](const ResultTimes::Column& each) {
        return equals_ignoring_case(each.name, column);
    });
    if (found == times.columns.end()) return std::nullopt;
    TimeKey key = found->key;
    for (ClockValue& value : key) {
        PlannedClock clock;
        clock.kind = PlannedClock::Kind::upstream;
        clock.origin = times.clocks.at(value.clock).origin;
        clock.is_united = times.clocks.at(value.clock).is_united;
        clock.upstream_clock = value.clock;
        clock.scan = scan;
        clock.column = found->name;
        clock.type = TypeId::timestamp;
        value.clock = input_clock(std::move(clock));
    }
    return key;
}

/// The clock of an input that is the same, or this one, now among those of the plan.
std::size_t StreamPlanner::input_clock(PlannedClock clock) {
    for (std::size_t index = 0; index < plan_.clocks.size(); ++index) {
        const PlannedClock& known = plan_.clocks[index];
        if (known.scan != clock.scan || known.kind != clock.kind) continue;
        if (clock.kind == PlannedClock::Kind::upstream ? known.upstream_clock == clock.upstream_clock
                                                       : equals_ignoring_case(known.column, clock.column))
            return index;
    }
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

/// The clock of these members that is there, or a new one.
std::size_t StreamPlanner::united_clock(TimeKey members) {
    const auto same = [](const ClockValue& one, const ClockValue& other) {
        return one.clock == other.clock && ast::same_structure(one.expression, other.expression);
    };
    TimeKey distinct;
    for (ClockValue& member : members) {
        if (std::none_of(distinct.begin(), distinct.end(),
                         [&](const ClockValue& other) { return same(other, member); }))
            distinct.push_back(std::move(member));
    }
    const auto has_same_members = [&](const PlannedClock& clock) {
        return clock.kind == PlannedClock::Kind::united &&
               std::equal(clock.members.begin(), clock.members.end(), distinct.begin(), distinct.end(), same);
    };
    const auto known = std::find_if(plan_.clocks.begin(), plan_.clocks.end(), has_same_members);
    if (known != plan_.clocks.end()) return static_cast<std::size_t>(known - plan_.clocks.begin());
    const auto all_have = [&](PlannedClock::Kind origin) {
        return std::all_of(distinct.begin(), distinct.end(),
                           [&](const ClockValue& member) { return plan_.clocks[member.clock].origin == origin; });
    };
    PlannedClock clock;
    clock.kind = PlannedClock::Kind::united;
    if (std::any_of(distinct.begin(), distinct.end(),
                    [&](const ClockValue& member) { return may_be_late(member.clock); }))
        clock.origin = PlannedClock::Kind::event_time;
    else
        clock.origin =
            all_have(PlannedClock::Kind::arrival) ? PlannedClock::Kind::arrival : PlannedClock::Kind::operator_output;
    clock.is_united = true;
    clock.type = TypeId::timestamp;
    clock.members = std::move(distinct);
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

/// Rows that come by several ways have a clock for each of them. Would readers follow them all, there were twice as
/// many with every two pipelines that meet again: they follow one, which says of each row what the clock of its way
/// says.
TimeKey StreamPlanner::united(TimeKey key, const ColumnType& type) {
    if (key.size() == 1) return key;
    std::vector<TimeKey> by_expression;
    for (ClockValue& value : key) {
        auto found = std::find_if(by_expression.begin(), by_expression.end(), [&](const TimeKey& each) {
            return ast::same_structure(each.front().expression, value.expression);
        });
        if (found == by_expression.end()) found = by_expression.emplace(found);
        found->push_back(std::move(value));
    }
    if (by_expression.size() > 1 && !is_window_structure(by_expression.front())) {
        // Times that were made in other ways: it has their values.
        if (!is_time(type)) return {};
        TimeKey members;
        for (TimeKey& values : by_expression) std::move(values.begin(), values.end(), std::back_inserter(members));
        return {{united_clock(std::move(members)), make_cast(make_column("", clock_variable, {}), to_sql(type), {})}};
    }
    // The same of all clocks, which readers compute. A window has two ends, and one clock has one value: of windows
    // that differ there are several.
    TimeKey one;
    for (TimeKey& values : by_expression) {
        ast::Expression expression = values.front().expression;
        for (ClockValue& value : values) value.expression = make_column("", clock_variable, {});
        one.push_back({united_clock(std::move(values)), std::move(expression)});
    }
    return one;
}

/// Operators and the clock on the wall deliver in order.
bool StreamPlanner::may_be_late(std::size_t clock) const {
    return plan_.clocks[clock].origin == PlannedClock::Kind::event_time;
}

std::optional<PlannedLateness> StreamPlanner::lateness(const ast::Query& input, const std::string& item,
                                                       const TimeKey& key) const {
    for (const ast::SelectItem& each : std::get<ast::Select>(input.body.node).items) {
        if (each.alias && each.alias->text == item) return lateness(input, {{each.value, key}});
    }
    return std::nullopt;
}

std::optional<PlannedLateness> StreamPlanner::lateness(
    const ast::Query& input, const std::vector<std::pair<ast::Expression, TimeKey>>& values) const {
    PlannedLateness lateness;
    std::vector<ast::SelectItem> items;
    for (const auto& [value, key] : values) {
        const std::size_t rules_before = lateness.rules.size();
        for (const ClockValue& bound : key) {
            if (may_be_late(bound.clock))
                lateness.rules.push_back({items.size(), plan_.clocks[bound.clock].scan, bound});
        }
        if (lateness.rules.size() > rules_before)
            items.push_back(make_item(value, fmt::format("__late{}", items.size())));
    }
    if (items.empty()) return std::nullopt;
    lateness.values = items.size();
    lateness.query =
        with_origins(input, std::move(items), columns_, [this](std::size_t scan) { return is_stream_scan(scan); });
    return lateness;
}

PlannedOperator& StreamPlanner::add_operator(ast::Select& block, std::string name, SourceSpan span,
                                             PlannedOperator::Node node, const ast::Query& described) {
    PlannedOperator planned;
    planned.name = std::move(name);
    planned.id = place_;
    planned.span = span;
    planned.node = std::move(node);
    planned.columns = columns_.of(described);
    const std::size_t scan = plan_.input_count + plan_.operators.size();
    ast::Select replacement;
    replacement.items.push_back(make_star());
    replacement.from = make_scan(scan, fmt::format("__operator{}", plan_.operators.size() + 1));
    block = std::move(replacement);
    plan_.operators.push_back(std::move(planned));
    return plan_.operators.back();
}

std::size_t StreamPlanner::add_output_clock(std::size_t scan, std::size_t side) {
    PlannedClock clock;
    clock.kind = PlannedClock::Kind::operator_output;
    clock.origin = clock.kind;
    clock.scan = scan;
    clock.side = side;
    clock.type = TypeId::timestamp;
    plan_.clocks.push_back(std::move(clock));
    return plan_.clocks.size() - 1;
}

void StreamPlanner::plan_query(ast::Query& query) {
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

void StreamPlanner::plan_body(ast::QueryBody& body) {
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

void StreamPlanner::plan_operand(ast::QueryBody& body, std::string_view part) {
    const Place place(*this, part);
    plan_body(body);
}

void StreamPlanner::plan_table(ast::TableReference& table, std::string_view part) {
    const Place place(*this, part);
    if (auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return plan_query(*derived->query);
    auto* join = std::get_if<ast::Join>(&table.node);
    if (!join) return;
    plan_table(*join->left, "left");
    plan_table(*join->right, "right");
}

bool StreamPlanner::comes_in_order(std::size_t scan) const {
    if (scan < plan_.input_count) return times_[scan].in_order;
    const PlannedOperator& planned = plan_.operators[scan - plan_.input_count];
    if (const auto* over = std::get_if<OverPlan>(&planned.node)) return over->input.in_order;
    const auto* join = std::get_if<JoinPlan>(&planned.node);
    if (join && join->kind != JoinPlan::Kind::asof) return false;
    // Windows come one after the other, each in the order of its values.
    return !std::holds_alternative<SessionPlan>(planned.node) && !planned.time_columns.empty();
}

bool StreamPlanner::comes_in_order(const ast::TableReference& table) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node))
        return !is_stream_scan(scan->input) || comes_in_order(scan->input);
    if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return comes_in_order(derived->query->body);
    const auto* join = std::get_if<ast::Join>(&table.node);
    if (!join || !reads_stream(table)) return true;
    // What is unnested of a row stays with it; other joins take their rows in any order.
    return std::holds_alternative<ast::TableFunction>(join->right->node) && comes_in_order(*join->left);
}

bool StreamPlanner::comes_in_order(const ast::QueryBody& body) const {
    if (const auto* select = std::get_if<ast::Select>(&body.node))
        return !select->from || comes_in_order(*select->from);
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return comes_in_order(nested->query->body);
    return !reads_stream(body);
}

void StreamPlanner::check_static_joins(const ast::TableReference& table) {
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

void StreamPlanner::check_subqueries(const ast::Select& select) const {
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

void StreamPlanner::refuse_stored_windows(const ast::Query& query) const {
    ast::visit_expressions(query, [&](const ast::Expression& each) {
        for (const auto& [kind, name] :
             {std::pair(ast::TimeWindow::Kind::hop, "HOP"), std::pair(ast::TimeWindow::Kind::session, "SESSION")}) {
            if (as_window(each, kind))
                reject(each.span, fmt::format("{} over what is stored cannot be a part of a query over a stream", name),
                       "store its rows in a table, and read that");
        }
    });
}

void StreamPlanner::plan_select(ast::Select& select, SourceSpan span) {
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
