#include "runtime/plan/expressions/expression_tools.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "catalog/query/function_rewriter.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"

namespace laminar {

std::string called_function(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    return call && call->name.parts.size() == 1 ? fold_case(call->name.parts.front().text) : std::string();
}

bool is_present_time(const ast::Expression& expression) {
    static constexpr std::array<std::string_view, 14> names{"now",
                                                            "current_timestamp",
                                                            "get_current_timestamp",
                                                            "transaction_timestamp",
                                                            "current_date",
                                                            "today",
                                                            "current_time",
                                                            "get_current_time",
                                                            "localtime",
                                                            "localtimestamp",
                                                            "statement_timestamp",
                                                            "clock_timestamp",
                                                            "current_localtime",
                                                            "current_localtimestamp"};
    const std::string name = called_function(expression);
    // age(ts) is the time since then.
    if (name == "age") return std::get<ast::FunctionCall>(expression.node).arguments.size() == 1;
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool goes_by_the_moment(const ast::Expression& expression) {
    static constexpr std::array<std::string_view, 8> names{"laminar_acknowledge",
                                                           "laminar_connection_test",
                                                           "random",
                                                           "uuid",
                                                           "gen_random_uuid",
                                                           "uuidv4",
                                                           "uuidv7",
                                                           "nextval"};
    return is_present_time(expression) ||
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
               return std::holds_alternative<ast::FunctionCall>(each.node);
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

void replace_text(ast::Select& select, const std::string& text, const ast::Expression& value) {
    for_each_result_expression(select, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            if (text_of(each) != text) return false;
            each = value;
            return true;
        });
    });
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

std::optional<ast::Expression> find_call(ast::Select& select, std::string_view name) {
    std::optional<ast::Expression> found;
    for_each_result_expression(select, [&](ast::Expression& expression) {
        (void)contains(expression, [&](const ast::Expression& each) {
            if (!found && called_function(each) == name) found = each;
            return found.has_value();
        });
    });
    return found;
}

std::vector<ast::Expression> arguments_of(const ast::Expression& call) {
    std::vector<ast::Expression> arguments;
    for (const ast::FunctionArgument& argument : std::get<ast::FunctionCall>(call.node).arguments)
        arguments.push_back(argument.value);
    return arguments;
}

std::optional<std::uint64_t> constant_number(const ast::Expression& expression) {
    const auto* literal = std::get_if<ast::Literal>(&without_parentheses(expression).node);
    if (!literal || literal->kind != ast::LiteralKind::integer || literal->text.size() > 18) return std::nullopt;
    return std::strtoull(literal->text.c_str(), nullptr, 10);
}

ast::Expression make_number(std::uint64_t value) {
    ast::Expression literal;
    literal.node = ast::Literal{ast::LiteralKind::integer, std::to_string(value)};
    return literal;
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
        if (binary && binary->op == "AND") {
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
        all = make_binary(std::move(all), "AND", std::move(parts[index]));
    return all;
}

ast::Expression make_binary(ast::Expression left, std::string_view op, ast::Expression right) {
    const SourceSpan span = left.span;
    ast::Binary binary;
    binary.op = op;
    binary.op_span = span;
    binary.left = std::move(left);
    binary.right = std::move(right);
    return {span, std::move(binary)};
}

ast::Expression make_struct_field(ast::Expression structure, std::string_view field) {
    const SourceSpan span = structure.span;
    return make_call("struct_extract", {std::move(structure), make_string(field, span)}, span);
}

ast::Expression simplified_field(ast::Expression structure, std::string_view field) {
    const auto* literal = std::get_if<ast::StructLiteral>(&without_parentheses(structure).node);
    if (literal) {
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
