#include <fmt/format.h>

#include "parser/ast/visit.h"
#include "runtime/plan/analysis/logical_planner.h"
#include "runtime/plan/time/present_time_tracer.h"

namespace laminar {

// What is said of the present time is true of a row for a while. A filter without state asks once, when the row comes.
// What keeps rows, or what was made of them, would have to let go of them while time passes, and what takes rows back
// would have to give them as they were.

namespace {

constexpr const char* filter_hint =
    "for the last seconds take a window (HOP, or OVER with RANGE BETWEEN INTERVAL '2 seconds' PRECEDING AND CURRENT "
    "ROW); to leave out what is old when it comes, filter in a pipeline of its own and read that";

std::optional<ast::Expression> find_first(const ast::Expression& expression,
                                          const std::function<bool(const ast::Expression&)>& test) {
    std::optional<ast::Expression> found;
    (void)contains(expression, [&](const ast::Expression& each) {
        if (!found && test(each)) found = each;
        return found.has_value();
    });
    return found;
}

}  // namespace

void LogicalPlanner::refuse_present_time(const ast::Expression& condition, const char* clause,
                                         const ast::Select& block) const {
    if (const auto place = PresentTimeTracer(columns_, aggregates_).find(condition, block))
        reject(place->span.empty() ? condition.span : place->span,
               fmt::format("{} in {} goes on while the rows that it let in stay where they are kept", shown(*place),
                           clause),
               filter_hint);
}

void LogicalPlanner::refuse_present_time(const ast::TableReference& table) const {
    if (const auto* join = std::get_if<ast::Join>(&table.node)) {
        refuse_present_time(*join->left);
        refuse_present_time(*join->right);
        if (!reads_stream(table)) return;
        ast::Select block;
        block.from = table;
        if (join->on) refuse_present_time(*join->on, "the condition of a join", block);
        for (const ast::TableReference* side : {&*join->left, &*join->right}) {
            block.from = *side;
            for (const ast::Identifier& column : join->using_columns)
                refuse_present_time(make_column("", column.text, column.span), "USING", block);
        }
    } else if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) {
        if (reads_stream(*derived->query)) refuse_present_time(derived->query->body);
    }
}

void LogicalPlanner::refuse_present_time(const ast::QueryBody& body) const {
    if (const auto* select = std::get_if<ast::Select>(&body.node)) {
        if (select->where) refuse_present_time(*select->where, "WHERE", *select);
        if (select->from) refuse_present_time(*select->from);
    } else if (const auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
        refuse_present_time(*operation->left);
        refuse_present_time(*operation->right);
    } else if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) {
        refuse_present_time(nested->query->body);
    }
}

void LogicalPlanner::refuse_present_time(const ast::Select& select) const {
    if (select.where) refuse_present_time(*select.where, "WHERE", select);
    refuse_present_time(*select.from);
    if (select.having) refuse_present_time(*select.having, "HAVING", select);
    if (select.qualify) refuse_present_time(*select.qualify, "QUALIFY", select);
}

void LogicalPlanner::refuse_moments(const ast::Expression& expression) const {
    if (const auto call = find_first(expression, goes_by_the_moment))
        reject(call->span.empty() ? expression.span : call->span,
               fmt::format("{} is another value when a row of a result that changes is taken back",
                           shown_present_time(*call)),
               "let the table that takes the result fill it in (at TIMESTAMP DEFAULT now()), or use the times of the "
               "rows");
}

void LogicalPlanner::refuse_moments_over_changes(const ast::Select& select) const {
    for (const ast::SelectItem& item : select.items) refuse_moments(item.value);
    if (select.where) refuse_moments(*select.where);
    const auto of_joins = [&](const auto& self, const ast::TableReference& table) -> void {
        const auto* join = std::get_if<ast::Join>(&table.node);
        if (!join) return;
        self(self, *join->left);
        self(self, *join->right);
        if (join->on) refuse_moments(*join->on);
    };
    of_joins(of_joins, *select.from);
}

}  // namespace laminar
