#include "runtime/plan/expressions/expression_tools.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"

namespace laminar {

std::string called_function(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    return call && call->name.parts.size() == 1 ? fold_case(call->name.parts.front().text) : std::string();
}

bool is_present_time(const ast::Expression& expression) {
    if (std::holds_alternative<ast::PresentTime>(expression.node)) return true;
    static constexpr std::array<std::string_view, 7> names{
        "current_time",      "get_current_time",      "localtime", "statement_timestamp", "clock_timestamp",
        "current_localtime", "current_localtimestamp"};
    const std::string name = called_function(expression);
    // age(ts) is the time since then.
    if (name == "age") return std::get<ast::FunctionCall>(expression.node).arguments.size() == 1;
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool goes_by_the_moment(const ast::Expression& expression) {
    static constexpr std::array<std::string_view, 7> names{
        "laminar_connection_test", "random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval"};
    return is_present_time(expression) || std::holds_alternative<ast::Acknowledge>(expression.node) ||
           std::find(names.begin(), names.end(), called_function(expression)) != names.end();
}

bool is_aggregate_call(const ast::Expression& expression, const FunctionNames& aggregates) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    // percentile_cont and percentile_disc are no functions of the engine's: its grammar makes others of them.
    return call && !call->over && (!call->within_group.empty() || aggregates.contains(called_function(expression)));
}

bool contains(const ast::Expression& expression, const std::function<bool(const ast::Expression&)>& test) {
    if (test(expression)) return true;
    bool found = false;
    ast::for_each_child_of_expression(
        expression, [&](const ast::Expression& child) { found = found || contains(child, test); },
        [](const ast::Query&) {});
    return found;
}

bool has_query(const ast::Expression& expression) {
    bool found = false;
    ast::for_each_child_of_expression(
        expression, [&](const ast::Expression& child) { found = found || has_query(child); },
        [&](const ast::Query&) { found = true; });
    return found;
}

bool contains_column(const ast::Expression& expression) {
    return contains(expression, [](const ast::Expression& each) {
        return std::holds_alternative<ast::ColumnReference>(each.node) ||
               std::holds_alternative<ast::Subquery>(each.node);
    });
}

bool may_vary(const ast::Expression& expression) {
    return contains_column(expression) || contains(expression, [](const ast::Expression& each) {
               return std::holds_alternative<ast::FunctionCall>(each.node) ||
                      std::holds_alternative<ast::TimeWindow>(each.node) || goes_by_the_moment(each);
           });
}

void replace_expressions(ast::Expression& expression, const std::function<bool(ast::Expression&)>& replace) {
    if (replace(expression)) return;
    ast::for_each_child_of_expression(
        expression, [&](ast::Expression& child) { replace_expressions(child, replace); }, [](ast::Query&) {});
}

namespace {

void replace_free(ast::Expression& expression, std::vector<std::string>& bound,
                  const std::function<bool(ast::Expression&, const std::vector<std::string>&)>& replace) {
    const std::size_t outer = bound.size();
    if (const auto* lambda = std::get_if<ast::Lambda>(&expression.node)) {
        for (const ast::Identifier& name : lambda->parameters) bound.push_back(fold_case(name.text));
    } else if (const auto* list = std::get_if<ast::ListComprehension>(&expression.node)) {
        for (const ast::Identifier& name : list->variables) bound.push_back(fold_case(name.text));
    } else if (replace(expression, bound)) {
        return;
    }
    ast::for_each_child_of_expression(
        expression, [&](ast::Expression& child) { replace_free(child, bound, replace); }, [](ast::Query&) {});
    bound.resize(outer);
}

}  // namespace

void replace_free_expressions(
    ast::Expression& expression,
    const std::function<bool(ast::Expression&, const std::vector<std::string>& bound)>& replace) {
    std::vector<std::string> bound;
    replace_free(expression, bound, replace);
}

void for_each_result_expression(ast::Select& select, const std::function<void(ast::Expression&)>& visit) {
    for (ast::Expression& expression : select.distinct_on) visit(expression);
    for (ast::SelectItem& item : select.items) visit(item.value);
    for (ast::GroupingElement& element : select.group_by) ast::for_each_child_of_grouping(element, visit);
    if (select.having) visit(*select.having);
    for (ast::NamedWindow& window : select.windows) ast::for_each_child_of_window(window.specification, visit);
    if (select.qualify) visit(*select.qualify);
}

bool replace_same(ast::Expression& expression, const ast::Expression& same, const ast::Expression& value) {
    bool replaced = false;
    replace_expressions(expression, [&](ast::Expression& each) {
        if (!ast::same_structure(each, same)) return false;
        each = value;
        replaced = true;
        return true;
    });
    return replaced;
}

void replace_same(ast::Select& select, const ast::Expression& same, const ast::Expression& value) {
    for_each_result_expression(select,
                               [&](ast::Expression& expression) { (void)replace_same(expression, same, value); });
}

bool contains_same(const ast::Expression& expression, const ast::Expression& same) {
    return contains(expression, [&](const ast::Expression& each) { return ast::same_structure(each, same); });
}

bool same_expressions(const std::vector<ast::Expression>& left, const std::vector<ast::Expression>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), ast::SameStructure());
}

bool is_window_function(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    return call && call->over;
}

std::vector<ast::Expression> window_functions_of(ast::Select& select) {
    std::vector<ast::Expression> calls;
    for_each_result_expression(select, [&](ast::Expression& expression) {
        (void)contains(expression, [&](const ast::Expression& each) {
            const auto* call = std::get_if<ast::FunctionCall>(&each.node);
            if (call && call->over) calls.push_back(each);
            return false;
        });
    });
    return calls;
}

bool has_window_functions(ast::Select& select) { return !window_functions_of(select).empty(); }

const ast::TimeWindow* as_window(const ast::Expression& expression, ast::TimeWindow::Kind kind) {
    const auto* window = std::get_if<ast::TimeWindow>(&expression.node);
    return window && window->kind == kind ? window : nullptr;
}

std::optional<ast::Expression> find_window(ast::Select& select, ast::TimeWindow::Kind kind) {
    std::optional<ast::Expression> found;
    for_each_result_expression(select, [&](ast::Expression& expression) {
        (void)contains(expression, [&](const ast::Expression& each) {
            if (!found && as_window(each, kind)) found = each;
            return found.has_value();
        });
    });
    return found;
}

ast::Expression each_hop(ast::TimeWindow window, SourceSpan span) {
    window.part = ast::TimeWindow::Part::all;
    return make_call("unnest", {ast::Expression{span, std::move(window)}}, span);
}

std::optional<ast::StructLiteral> written_structure(const ast::Expression& expression) {
    const ast::Expression& plain = without_parentheses(expression);
    if (const auto* literal = std::get_if<ast::StructLiteral>(&plain.node)) return *literal;
    const auto* window = as_window(plain, ast::TimeWindow::Kind::tumble);
    if (!window || window->part != ast::TimeWindow::Part::whole) return std::nullopt;
    return window_structure(*window, plain.span);
}

std::optional<std::uint64_t> constant_number(const ast::Expression& expression) {
    const auto* literal = std::get_if<ast::Literal>(&without_parentheses(expression).node);
    if (!literal || literal->kind != ast::LiteralKind::integer || literal->text.size() > 18) return std::nullopt;
    return std::strtoull(literal->text.c_str(), nullptr, 10);
}

std::string text_of(const ast::Expression& expression) { return write_expression(expression).text; }

const ast::Expression& without_parentheses(const ast::Expression& expression) {
    const ast::Expression* inner = &expression;
    while (const auto* nested = std::get_if<ast::Parenthesized>(&inner->node)) inner = &*nested->inner;
    return *inner;
}

std::vector<ast::Expression> conjuncts_of(const ast::Expression& expression) {
    std::vector<ast::Expression> parts;
    // A chain of ANDs leans to the left and may be long.
    std::vector<const ast::Expression*> pending{&expression};
    while (!pending.empty()) {
        const ast::Expression& next = without_parentheses(*pending.back());
        pending.pop_back();
        const auto* binary = std::get_if<ast::Binary>(&next.node);
        if (binary && binary->op.is(ast::OperatorKind::conjunction)) {
            pending.push_back(&*binary->right);
            pending.push_back(&*binary->left);
        } else {
            parts.push_back(next);
        }
    }
    return parts;
}

ast::Expression conjunction_of(std::vector<ast::Expression> parts) {
    ast::Expression all = std::move(parts.front());
    for (std::size_t index = 1; index < parts.size(); ++index)
        all = make_binary(std::move(all), ast::OperatorKind::conjunction, std::move(parts[index]));
    return all;
}

ast::Expression simplified_field(ast::Expression structure, std::string_view field) {
    if (const auto literal = written_structure(structure)) {
        for (const ast::KeyValue& entry : literal->entries) {
            const auto* key = std::get_if<ast::Literal>(&entry.key.node);
            if (key && equals_ignoring_case(key->text, field)) return ast::Expression(entry.value);
        }
    }
    return make_struct_field(std::move(structure), field);
}

ast::SelectItem make_item(ast::Expression value, std::string_view alias) {
    const SourceSpan span = value.span;
    ast::SelectItem item;
    item.value = std::move(value);
    item.alias = make_identifier(alias, span);
    item.alias->quoted = true;
    return item;
}

ast::SelectItem make_star() {
    ast::SelectItem item;
    item.value.node = ast::Star{};
    return item;
}

ast::TableReference make_scan(std::size_t scan, std::string_view alias) {
    ast::TableReference table;
    table.node = ast::BoundScan{scan};
    table.alias = ast::TableAlias{make_identifier(alias, {}), {}};
    table.alias->name.quoted = true;
    return table;
}

ast::Query make_query(ast::Select select) {
    ast::Query query;
    query.body.node = std::move(select);
    return query;
}

}  // namespace laminar
