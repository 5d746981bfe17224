#include "catalog/query/window_placement.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "parser/ast/visit.h"

namespace laminar {

namespace {

using WindowKind = ast::TimeWindow::Kind;

bool is_window(const ast::Expression& expression, WindowKind kind) {
    const auto* window = std::get_if<ast::TimeWindow>(&expression.node);
    return window && window->kind == kind;
}

class Placement {
public:
    explicit Placement(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void check(const ast::Query& query) {
        const auto* select = std::get_if<ast::Select>(&query.body.node);
        if (!select || !session_in_results(*select)) {
            for (const ast::OrderItem& item : query.order_by) {
                if (const auto session = find(item.value, WindowKind::session)) ask_for_groups(*session);
            }
        }
        ast::for_each_child_of_query(
            query, [&](const ast::Expression& expression) { check_below(expression); },
            [&](const ast::Query& nested) { check(nested); },
            [&](const ast::TableReference& table) { check_below(table); });
        check_selects(query.body);
    }

private:
    void check_selects(const ast::QueryBody& body) {
        if (const auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
            if (operation->left) check_selects(*operation->left);
            if (operation->right) check_selects(*operation->right);
        } else if (const auto* select = std::get_if<ast::Select>(&body.node)) {
            check(*select);
        }
    }

    void check(const ast::Select& select) {
        if (select.where) check_condition(*select.where, "WHERE");
        const auto session = session_in_results(select);
        if (!session) return;
        if (select.group_by.empty() && !select.group_by_all) return ask_for_groups(*session);
        const bool plain = std::all_of(select.group_by.begin(), select.group_by.end(), [](const auto& element) {
            return element.kind == ast::GroupingElement::Kind::expression;
        });
        if (!plain)
            diagnostics_.error(DiagnosticCode::unsupported_on_stream, session->span,
                               "SESSION does not go with GROUPING SETS", "group by plain expressions");
    }

    void ask_for_groups(const ast::Expression& session) {
        diagnostics_.error(DiagnosticCode::unsupported_on_stream, session.span, "SESSION needs GROUP BY",
                           "group by it: GROUP BY user_id, SESSION(ts, INTERVAL '30 seconds')");
    }

    void check_condition(const ast::Expression& condition, const char* clause) {
        for (const WindowKind kind : {WindowKind::session, WindowKind::hop}) {
            const auto call = find(condition, kind);
            if (!call) continue;
            const std::string name = kind == WindowKind::hop ? "HOP" : "SESSION";
            diagnostics_.error(DiagnosticCode::unsupported_on_stream, call->span,
                               name + " cannot stand in " + clause +
                                   ": which windows a row belongs to is known only where rows are grouped",
                               "group by it in a subquery, and put the condition around that");
        }
    }

    static std::optional<ast::Expression> session_in_results(const ast::Select& select) {
        std::optional<ast::Expression> found;
        ast::Select results = select;
        results.where = {};
        results.from = {};
        ast::for_each_child_of_select(
            results,
            [&](const ast::Expression& expression) {
                if (!found) found = find(expression, WindowKind::session);
            },
            [](const ast::TableReference&) {});
        return found;
    }

    /// At or below, subqueries left aside.
    static std::optional<ast::Expression> find(const ast::Expression& expression, WindowKind kind) {
        if (is_window(expression, kind)) return expression;
        std::optional<ast::Expression> found;
        ast::for_each_child_of_expression(
            expression,
            [&](const ast::Expression& child) {
                if (!found) found = find(child, kind);
            },
            [](const ast::Query&) {});
        return found;
    }

    void check_below(const ast::Expression& expression) {
        ast::for_each_child_of_expression(
            expression, [&](const ast::Expression& child) { check_below(child); },
            [&](const ast::Query& nested) { check(nested); });
    }

    void check_below(const ast::TableReference& table) {
        if (const auto* join = std::get_if<ast::Join>(&table.node); join && join->on)
            check_condition(*join->on, "the condition of a join");
        ast::for_each_child_of_table(
            table, [&](const ast::Expression& expression) { check_below(expression); },
            [&](const ast::Query& nested) { check(nested); },
            [&](const ast::TableReference& child) { check_below(child); });
    }

    Diagnostics& diagnostics_;
};

}  // namespace

void check_window_placement(const ast::Query& query, Diagnostics& diagnostics) { Placement(diagnostics).check(query); }

}  // namespace laminar
