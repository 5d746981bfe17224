#include "runtime/plan/stateless_query.h"

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "parser/ast/visit.h"

namespace laminar {

namespace {

bool is_stream(InputKind kind) {
    return kind == InputKind::stream_table || kind == InputKind::connection || kind == InputKind::pipeline;
}

/// Finds clauses that need memory. Queries over stored tables alone may use all of SQL: they are the same for every
/// batch.
class StatefulClauseFinder {
public:
    StatefulClauseFinder(const BoundQuery& bound, const std::set<std::string, std::less<>>& aggregates,
                         Diagnostics& diagnostics)
        : bound_(bound), aggregates_(aggregates), diagnostics_(diagnostics) {}

    void check_query(const ast::Query& query) {
        for (const ast::CommonTableExpression& expression : query.with) {
            if (reads_stream(*expression.query)) stream_names_.insert(fold_case(expression.name.text));
        }
        if (!reads_stream(query)) return;
        if (query.recursive) refuse(query.span, "WITH RECURSIVE");
        for (const ast::CommonTableExpression& expression : query.with) check_query(*expression.query);
        if (!query.order_by.empty()) refuse(query.order_by.front().value.span, "ORDER BY");
        if (query.order_by_all) refuse(query.span, "ORDER BY ALL");
        if (query.limit) refuse(query.limit->span, "LIMIT");
        if (query.offset) refuse(query.offset->span, "OFFSET");
        check_body(query.body);
    }

private:
    void refuse(SourceSpan span, std::string_view clause) {
        diagnostics_.error(
            DiagnosticCode::unsupported_on_stream, span,
            fmt::format("{} over an unbounded stream needs state that this build's pipelines do not keep", clause),
            "let a pipeline store the rows in a table and query that, or run the query ad hoc over the retained rows");
    }

    void check_body(const ast::QueryBody& body) {
        if (const auto* select = std::get_if<ast::Select>(&body.node)) {
            check_select(*select, body.span);
        } else if (const auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
            if (operation->kind != ast::SetOperation::Kind::union_ || !operation->all)
                refuse(body.span, operation->kind == ast::SetOperation::Kind::union_ ? "UNION without ALL"
                                                                                     : "INTERSECT or EXCEPT");
            check_body(*operation->left);
            check_body(*operation->right);
        } else if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) {
            check_query(*nested->query);
        }
    }

    void check_select(const ast::Select& select, SourceSpan span) {
        if (!select.from || !reads_stream(*select.from)) {
            check_subqueries(select);
            return;
        }
        if (select.distinct || !select.distinct_on.empty()) refuse(span, "DISTINCT");
        if (select.group_by_all || !select.group_by.empty()) refuse(span, "GROUP BY");
        if (select.having) refuse(select.having->span, "HAVING");
        if (select.qualify) refuse(select.qualify->span, "QUALIFY");
        if (!select.sample.empty()) refuse(span, "USING SAMPLE");
        check_table(*select.from);
        for (const ast::SelectItem& item : select.items) check_expression(item.value);
        if (select.where) check_expression(*select.where);
    }

    void check_subqueries(const ast::Select& select) {
        for (const ast::SelectItem& item : select.items) check_expression(item.value, false);
        if (select.where) check_expression(*select.where, false);
    }

    void check_table(const ast::TableReference& table) {
        if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return check_query(*derived->query);
        const auto* join = std::get_if<ast::Join>(&table.node);
        if (!join) return;
        const bool left = reads_stream(*join->left);
        const bool right = reads_stream(*join->right);
        using Kind = ast::Join::Kind;
        if (left && right)
            refuse(table.span, "A join of two streams");
        else if (join->kind == Kind::full || (join->kind == Kind::left && right) ||
                 (join->kind == Kind::right && left) ||
                 ((join->kind == Kind::semi || join->kind == Kind::anti) && right))
            refuse(table.span, "An outer join that keeps the rows of the stored side");
        else if (join->kind == Kind::positional)
            refuse(table.span, "A positional join");
        check_table(*join->left);
        check_table(*join->right);
        if (join->on) check_expression(*join->on);
    }

    void check_expression(const ast::Expression& expression, bool over_stream = true) {
        if (const auto* call = std::get_if<ast::FunctionCall>(&expression.node); call && over_stream) {
            if (call->over)
                refuse(expression.span, "A window function");
            else if (call->name.parts.size() == 1 && aggregates_.contains(fold_case(call->name.parts.front().text)))
                refuse(expression.span, fmt::format("The aggregate {}", call->name.parts.front().text));
        }
        ast::for_each_child_of_expression(
            expression, [&](const ast::Expression& child) { check_expression(child, over_stream); },
            [&](const ast::Query& query) {
                if (reads_stream(query)) refuse(query.span, "A subquery that reads a stream");
            });
    }

    [[nodiscard]] bool reads_stream(const ast::TableReference& table) const {
        if (const auto* scan = std::get_if<ast::BoundScan>(&table.node))
            return is_stream(bound_.inputs[scan->input].kind);
        if (const auto* named = std::get_if<ast::NamedTable>(&table.node))
            return named->name.parts.size() == 1 && stream_names_.contains(fold_case(named->name.parts.front().text));
        if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node)) return reads_stream(*derived->query);
        if (const auto* join = std::get_if<ast::Join>(&table.node))
            return reads_stream(*join->left) || reads_stream(*join->right);
        return false;
    }

    [[nodiscard]] bool reads_stream(const ast::QueryBody& body) const {
        if (const auto* select = std::get_if<ast::Select>(&body.node))
            return select->from && reads_stream(*select->from);
        if (const auto* operation = std::get_if<ast::SetOperation>(&body.node))
            return reads_stream(*operation->left) || reads_stream(*operation->right);
        if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return reads_stream(*nested->query);
        return false;
    }

    [[nodiscard]] bool reads_stream(const ast::Query& query) const {
        for (const ast::CommonTableExpression& expression : query.with) {
            if (reads_stream(*expression.query)) return true;
        }
        return reads_stream(query.body);
    }

    const BoundQuery& bound_;
    const std::set<std::string, std::less<>>& aggregates_;
    Diagnostics& diagnostics_;
    std::set<std::string, std::less<>> stream_names_;  ///< Common table expressions that read a stream.
};

}  // namespace

bool check_runs_statelessly(const BoundQuery& query, const std::set<std::string, std::less<>>& aggregates,
                            SourceSpan statement, Diagnostics& diagnostics) {
    const std::size_t errors_before = diagnostics.error_count();
    if (!query.reads_stream()) {
        diagnostics.error(DiagnosticCode::unsupported_on_stream, statement,
                          "the query reads no stream, so nothing would ever drive it",
                          "use INSERT INTO ... SELECT to run it once");
        return false;
    }
    StatefulClauseFinder(query, aggregates, diagnostics).check_query(query.query);
    return diagnostics.error_count() == errors_before;
}

}  // namespace laminar
