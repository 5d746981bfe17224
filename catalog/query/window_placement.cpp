#include "catalog/query/window_placement.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "parser/ast/structure.h"
#include "parser/ast/visit.h"

namespace laminar {

namespace {

using WindowKind = ast::TimeWindow::Kind;

constexpr const char* condition_hint = "group by it in a subquery, and put the condition around that";
constexpr const char* rows_hint = "take it of the rows of a table or subquery";

bool is_window(const ast::Expression& expression, WindowKind kind) {
    const auto* window = std::get_if<ast::TimeWindow>(&expression.node);
    return window && window->kind == kind;
}

class Placement {
public:
    explicit Placement(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void check(const ast::Query& query) {
        check_order(query);
        for (const ast::ExpressionBox* count : {&query.limit, &query.offset}) {
            if (*count) check_place(**count, "LIMIT", rows_hint);
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
        } else if (const auto* values = std::get_if<ast::Values>(&body.node)) {
            for (const auto& row : values->rows) {
                for (const ast::Expression& value : row) check_place(value, "VALUES", rows_hint);
            }
        }
    }

    /// ORDER BY is asked of the results: it may have the window that they have.
    void check_order(const ast::Query& query) {
        const auto* select = std::get_if<ast::Select>(&query.body.node);
        for (const ast::OrderItem& item : query.order_by) {
            for (const WindowKind kind : {WindowKind::session, WindowKind::hop}) {
                const auto window = find(item.value, kind);
                if (!window) continue;
                const auto of_results = select ? window_in_results(*select, kind) : std::nullopt;
                if (of_results && ast::same_structure(*of_results, *window)) continue;
                if (kind == WindowKind::session && !of_results)
                    ask_for_groups(*window);
                else
                    refuse(*window, kind, "ORDER BY", "select it in a subquery, and order by its column");
            }
        }
    }

    void check(const ast::Select& select) {
        if (select.where) check_place(*select.where, "WHERE", condition_hint);
        if (!select.from) {
            for (const WindowKind kind : {WindowKind::session, WindowKind::hop}) {
                if (const auto window = window_in_results(select, kind))
                    refuse(*window, kind, "a query without FROM", rows_hint);
            }
            return;
        }
        const auto session = window_in_results(select, WindowKind::session);
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

    /// Where a row cannot be put into windows.
    void check_place(const ast::Expression& expression, const char* place, const char* hint) {
        for (const WindowKind kind : {WindowKind::session, WindowKind::hop}) {
            if (const auto window = find(expression, kind)) refuse(*window, kind, place, hint);
        }
    }

    void refuse(const ast::Expression& window, WindowKind kind, const char* place, const char* hint) {
        const std::string name = kind == WindowKind::hop ? "HOP" : "SESSION";
        diagnostics_.error(DiagnosticCode::unsupported_on_stream, window.span,
                           name + " cannot stand in " + place +
                               ": which windows a row belongs to is known only where rows are grouped",
                           hint);
    }

    static std::optional<ast::Expression> window_in_results(const ast::Select& select, WindowKind kind) {
        std::optional<ast::Expression> found;
        ast::Select results = select;
        results.where = {};
        results.from = {};
        ast::for_each_child_of_select(
            results,
            [&](const ast::Expression& expression) {
                if (!found) found = find(expression, kind);
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
            check_place(*join->on, "the condition of a join", condition_hint);
        if (const auto* function = std::get_if<ast::TableFunction>(&table.node))
            check_place(function->call, "FROM", "select it in a subquery, and take its column");
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
