#include "catalog/bind/row_expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "catalog/query/function_check.h"
#include "catalog/query/function_rewriter.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// What a computed column has no use for; nullopt: there is nothing of that.
std::optional<std::string_view> surplus_of(const ast::ColumnDefinition& definition) {
    if (definition.default_value) return "DEFAULT";
    if (definition.not_null) return "NOT NULL";
    if (definition.primary_key) return "PRIMARY KEY";
    if (!definition.options.empty()) return "options";
    return std::nullopt;
}

void bind_computed_column(const BindingContext& context, const ast::ColumnDefinition& definition,
                          const std::vector<OutputColumn>& columns, TableObject& table, ColumnObject& column) {
    if (const auto surplus = surplus_of(definition))
        context.error(DiagnosticCode::invalid_definition, definition.name.span,
                      fmt::format("column \"{}\" is computed: it has no {}", definition.name.text, *surplus),
                      "write the name, a type where another is wanted, and AS (expression)");
    add_function_dependencies(context, *definition.generated, table);
    ast::Expression value = *definition.generated;
    if (!definition.type.name.empty()) {
        const std::optional<ColumnType> type = bind_type(definition.type, context.diagnostics);
        if (!type) return;
        ast::Cast cast;
        cast.operand = std::move(value);
        cast.type = definition.type;
        value = {definition.generated->span, std::move(cast)};
    }
    const auto bound = bind_row_expression(context, table, columns, value, "a computed column");
    if (!bound) return;
    if (bound->type.id == TypeId::unknown) {
        context.error(DiagnosticCode::unknown_type, definition.generated->span,
                      fmt::format("the expression does not tell the type of column \"{}\"", definition.name.text),
                      fmt::format("write it: {} TEXT AS (...)", definition.name.text));
        return;
    }
    column.type = bound->type;
    column.computed = bound->expression;
}

}  // namespace

void add_function_dependencies(const BindingContext& context, const ast::Expression& expression, TableObject& table) {
    for (std::string& name : called_functions(context.catalog, expression)) {
        auto& known = table.function_dependencies;
        if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(std::move(name));
    }
}

void name_columns_for_engine(ast::Expression& expression, const std::vector<ColumnObject>& columns) {
    const std::vector<std::string> names = engine_column_names(columns);
    ast::visit_expressions(expression, [&](ast::Expression& each) {
        auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (reference == nullptr) return;
        const ColumnObject* column = find_column(columns, reference->parts.front().text);
        if (column == nullptr) return;
        const std::string& name = names[static_cast<std::size_t>(column - columns.data())];
        if (name != column->name) reference->parts.front() = {name, true, reference->parts.front().span};
    });
}

std::vector<OutputColumn> columns_in_engine(const TableObject& table) {
    std::vector<OutputColumn> columns;
    const std::vector<std::string> names = engine_column_names(table.columns);
    for (std::size_t index = 0; index < names.size(); ++index)
        columns.push_back({names[index], table.columns[index].type});
    return columns;
}

std::optional<RowExpression> bind_row_expression(const BindingContext& context, const TableObject& table,
                                                 const std::vector<OutputColumn>& columns,
                                                 const ast::Expression& expression, std::string_view what) {
    FunctionCheck check(context.catalog, context.checker);
    if (!check.check_all(expression, context.diagnostics) ||
        !check.check_row_by_row(expression, what, context.diagnostics) || !check_expansion(context, expression))
        return std::nullopt;
    RowExpression bound;
    bound.expression = expression;
    name_columns_for_engine(bound.expression, table.columns);
    rewrite_functions(bound.expression);
    const std::optional<ColumnType> type =
        context.checker.check_expression(bound.expression, columns, context.diagnostics);
    if (!type) return std::nullopt;
    bound.type = *type;
    return bound;
}

void bind_computed_columns(const BindingContext& context, const ast::CreateTable& create, TableObject& table) {
    const std::vector<std::string> names = engine_column_names(table.columns);
    std::vector<OutputColumn> columns;
    const auto is_computed = [&](const ColumnObject& column) {
        return std::any_of(create.columns.begin(), create.columns.end(), [&](const ast::ColumnDefinition& definition) {
            return definition.generated && definition.name.text == column.name;
        });
    };
    for (std::size_t index = 0; index < names.size(); ++index) {
        if (!is_computed(table.columns[index])) columns.push_back({names[index], table.columns[index].type});
    }
    for (const MetadataField field : context.registry.metadata_columns()) {
        if (find_column(table.columns, field->name) == nullptr)
            columns.push_back({std::string(field->name), field->type});
    }
    for (const ast::ColumnDefinition& definition : create.columns) {
        const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                         [&](const ColumnObject& each) { return each.name == definition.name.text; });
        if (!definition.generated || column == table.columns.end() || column->computed) continue;
        bind_computed_column(context, definition, columns, table, *column);
        columns.push_back({names[static_cast<std::size_t>(column - table.columns.begin())], column->type});
    }
}

}  // namespace laminar
