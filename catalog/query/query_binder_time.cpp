#include <algorithm>

#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"

/// Event time: which column of a relation its rows are dated by, followed through views, subqueries and pipelines.
namespace laminar {
namespace {

std::string time_window_usage(const std::string& name) {
    const std::string upper = upper_case(name);
    if (name.starts_with("tumble"))
        return upper + "([time,] size [, offset]), such as " + upper + "(ts, INTERVAL '5 minutes')";
    if (name.starts_with("hop")) {
        return upper + "([time,] slide, size), such as " + upper + "(ts, INTERVAL '1 minute', INTERVAL '5 minutes')";
    }
    return upper + "([time,] gap), such as " + upper + "(ts, INTERVAL '30 seconds')";
}

/// Where a relation has several, the one of the higher rank is its time.
int rank(TimeRole role) {
    switch (role) {
        case TimeRole::none:
            return 0;
        case TimeRole::arrival:
            return 1;
        case TimeRole::window_start:
            return 2;
        case TimeRole::window:
            return 3;
        case TimeRole::event_time:
            return 4;
    }
    return 0;
}

}  // namespace

TimeRole role_of_call(std::string_view name, const std::vector<TimeRole>& arguments) {
    const auto is_dated = [&](std::size_t index) {
        return index < arguments.size() && arguments[index] != TimeRole::none;
    };
    if (is_time_window_function(name)) {
        if (!is_dated(0) || name.ends_with("_end")) return TimeRole::none;
        return name.ends_with("_start") ? TimeRole::window_start : TimeRole::window;
    }
    const bool cuts = name == "date_trunc" || name == "datetrunc" || name == "time_bucket";
    return cuts && is_dated(1) ? TimeRole::window_start : TimeRole::none;
}

TimeRole role_of_field(TimeRole role, std::string_view field) {
    return role == TimeRole::window && equals_ignoring_case(field, "start") ? TimeRole::window_start : TimeRole::none;
}

bool QueryWalk::prepare_time_window(ast::Expression& expression, const std::string& name, Scope& scope) {
    auto& call = std::get<ast::FunctionCall>(expression.node);
    const ArgumentCount count = time_window_arguments(name);
    const std::size_t given = call.arguments.size();
    const bool without_time = given > 0 && peek(call.arguments.front().value, scope).id == TypeId::interval;
    const std::size_t sizes = without_time ? given : given - std::min<std::size_t>(given, 1);
    if (sizes < count.least || sizes > count.most) {
        diagnostics_->error(DiagnosticCode::query_type_error, expression.span,
                            upper_case(name) + " has the wrong number of arguments",
                            "write " + time_window_usage(name));
        return false;
    }
    if (!without_time) return true;
    std::optional<ast::Expression> time = event_time(scope, expression.span);
    if (!time) {
        diagnostics_->error(
            DiagnosticCode::query_binding_error, expression.span,
            upper_case(name) +
                " needs a time column here: the relations of the query have no event time, or more than one",
            "write " + time_window_usage(name));
        return false;
    }
    call.arguments.insert(call.arguments.begin(), ast::FunctionArgument{std::nullopt, std::move(*time)});
    return true;
}

/// FIRST_VALUE(v) and LAST_VALUE(v) without OVER: of the rows of the group the earliest, and the latest.
bool QueryWalk::prepare_value_in_time(ast::FunctionCall& call, const std::string& name, Scope& scope, SourceSpan span) {
    if (call.arguments.size() != 1) {
        diagnostics_->error(DiagnosticCode::query_type_error, span, upper_case(name) + " takes one value",
                            "write " + upper_case(name) + "(price), or " + upper_case(name) + "(price ORDER BY ts)");
        return false;
    }
    if (call.order_by.empty()) {
        std::optional<ast::Expression> time = event_time(scope, span);
        if (!time) {
            diagnostics_->error(
                DiagnosticCode::query_binding_error, span,
                upper_case(name) +
                    " goes by the event time of the rows: the relations of the query have none, or more than one",
                "say by what: " + upper_case(name) + "(price ORDER BY ts)");
            return false;
        }
        ast::OrderItem order;
        order.value = std::move(*time);
        // A row without a time is neither.
        order.nulls = name == "first_value" ? ast::OrderItem::Nulls::last : ast::OrderItem::Nulls::first;
        call.order_by.push_back(std::move(order));
    }
    if (call.ignore_nulls) {
        ast::Is is_there;
        is_there.operand = call.arguments.front().value;
        is_there.negated = true;
        ast::Expression condition{span, std::move(is_there)};
        call.filter = call.filter ? make_binary(*call.filter, ast::OperatorKind::conjunction, std::move(condition))
                                  : std::move(condition);
    }
    call.ignore_nulls = false;
    call.respect_nulls = false;
    call.name.parts = {make_identifier(name == "first_value" ? "first" : "last", call.name.span)};
    return true;
}

std::optional<std::size_t> QueryWalk::time_column(const Relation& relation) const {
    const std::vector<ScopeColumn>& columns = relation.known_columns();
    std::optional<std::size_t> best;
    bool several = false;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const ValueFacts& facts = columns[index].facts;
        const bool shown = relation.kind == Relation::Kind::scan || !columns[index].hidden;
        if (!shown || facts.role == TimeRole::none) continue;
        const ValueFacts* known = best ? &columns[*best].facts : nullptr;
        if (known == nullptr || rank(facts.role) > rank(known->role)) {
            best = index;
            several = false;
        } else if (facts.role == known->role && facts.inputs != known->inputs) {
            several = true;
        }
    }
    return several ? std::nullopt : best;
}

std::optional<ast::Expression> QueryWalk::event_time(Scope& scope, SourceSpan span) {
    Relation* dated = nullptr;
    for (Relation* relation : scope.relations) {
        const bool has_time =
            time_column(*relation) || (relation->kind == Relation::Kind::derived && brings_arrival(*relation->output));
        if (!has_time) continue;
        if (dated != nullptr) return std::nullopt;
        dated = relation;
    }
    if (dated == nullptr) return std::nullopt;
    std::string name = "received_at";
    TimeRole role = TimeRole::arrival;
    if (const std::optional<std::size_t> column = time_column(*dated)) {
        name = dated->column_name(*column);
        role = dated->known_columns()[*column].facts.role;
    }
    if (open_views_.empty()) {
        std::string shown = dated->alias + '.' + name;
        if (role == TimeRole::window) shown += ".start";
        result_.chosen_times.push_back({span, std::move(shown), role == TimeRole::arrival});
    }
    ast::Expression time = make_column(dated->alias, name, span);
    auto& parts = std::get<ast::ColumnReference>(time.node).parts;
    parts.back().quoted = true;
    if (role == TimeRole::window) parts.push_back(make_identifier("start", span));
    return time;
}

/// SELECT * over connections, whose messages have no other time.
bool QueryWalk::brings_arrival(const QueryOutput& output) const {
    const auto is_connection = [&](const Relation* relation) {
        return relation->kind == Relation::Kind::derived ? brings_arrival(*relation->output) : relation->connection;
    };
    const auto star_brings = [&](const StarSource* star) {
        return !contains_name(star->excluded, "received_at") && star->relations.size() == 1 &&
               is_connection(star->relations.front());
    };
    if (!output.branches.empty()) {
        return std::all_of(output.branches.begin(), output.branches.end(),
                           [&](const QueryOutput* branch) { return brings_arrival(*branch); });
    }
    return std::any_of(output.stars.begin(), output.stars.end(), star_brings);
}

void QueryWalk::note_event_time(QueryOutput& output) {
    Relation whole;
    whole.kind = Relation::Kind::derived;
    whole.output = &output;
    const std::optional<std::size_t> column = time_column(whole);
    if (!column) return;
    const ScopeColumn& found = output.columns[*column];
    if (!found.name.empty()) result_.event_time = EventTimeColumn{found.name_in_engine(), found.facts.role};
}

}  // namespace laminar
