#include <fmt/format.h>

#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {

ast::Statement::Node Transformer::transform_create(Grammar::CreateStatementContext& context) {
    const bool or_replace = has_token(context, Grammar::REPLACE);
    const auto with_replace = [&](auto definition) -> ast::Statement::Node {
        definition.or_replace = or_replace;
        if (or_replace && definition.if_not_exists) {
            reject(DiagnosticCode::syntax_error, laminar::span_of(context),
                   "OR REPLACE and IF NOT EXISTS contradict each other", "keep one of the two");
        }
        return definition;
    };
    if (auto* connection = context.createConnection()) return with_replace(transform_create_connection(*connection));
    if (auto* table = context.createTable()) return with_replace(transform_create_table(*table));
    if (auto* view = context.createView()) return with_replace(transform_create_view(*view));
    if (auto* pipeline = context.createPipeline()) return with_replace(transform_create_pipeline(*pipeline));
    return with_replace(transform_create_function(*context.createFunction()));
}

ast::CreateConnection Transformer::transform_create_connection(Grammar::CreateConnectionContext& context) {
    ast::CreateConnection connection;
    connection.if_not_exists = context.ifNotExists() != nullptr;
    connection.name = transform_identifier(*context.name());
    connection.connector = transform_identifier(*context.connectorName());
    connection.options = transform_options(context.optionList());
    return connection;
}

ast::CreateTable Transformer::transform_create_table(Grammar::CreateTableContext& context) {
    ast::CreateTable table;
    table.if_not_exists = context.ifNotExists() != nullptr;
    table.name = transform_identifier(*context.name());
    if (auto* elements = context.tableElements()) {
        table.has_column_list = true;
        for_each_child<Grammar::TableElementContext>(*elements,
                                                     [&](auto& element) { transform_table_element(element, table); });
    }
    table.options = transform_options(context.optionList());
    if (auto* query = context.query()) table.as_query = transform_query(*query);
    return table;
}

void Transformer::transform_table_element(Grammar::TableElementContext& context, ast::CreateTable& table) {
    if (auto* key = context.primaryKey()) {
        if (!table.primary_key.empty()) {
            reject(DiagnosticCode::syntax_error, laminar::span_of(*key), "a table has one primary key only");
        }
        table.primary_key = transform_names(key->nameList());
    } else if (auto* watermark = context.watermark()) {
        if (table.watermark) {
            reject(DiagnosticCode::syntax_error, laminar::span_of(*watermark), "a table has one watermark only");
        }
        ast::WatermarkDefinition definition;
        definition.column = transform_identifier(*watermark->name());
        if (auto* expression = watermark->expression()) definition.expression = transform_expression(*expression);
        definition.span = laminar::span_of(*watermark);
        table.watermark = std::move(definition);
    } else {
        table.columns.push_back(transform_column(*context.columnDefinition()));
    }
}

ast::ColumnDefinition Transformer::transform_column(Grammar::ColumnDefinitionContext& context) {
    ast::ColumnDefinition column;
    column.name = transform_identifier(*context.name());
    if (auto* type = context.typeName()) column.type = transform_type(*type);
    if (auto* value = context.expression()) column.generated = transform_expression(*value);
    for_each_child<Grammar::ColumnConstraintContext>(
        context, [&](auto& constraint) { transform_constraint(constraint, column); });
    column.span = laminar::span_of(context);
    return column;
}

void Transformer::transform_constraint(Grammar::ColumnConstraintContext& context, ast::ColumnDefinition& column) {
    switch (context.start->getType()) {
        case Grammar::NOT:
            column.not_null = true;
            break;
        case Grammar::NULL_:
            break;
        case Grammar::PRIMARY:
            column.primary_key = true;
            break;
        case Grammar::DEFAULT:
            if (column.default_value) {
                reject(DiagnosticCode::syntax_error, laminar::span_of(context), "a column has one default only");
            }
            column.default_value = transform_default_value(*context.defaultValue());
            break;
        case Grammar::WITH:
            column.options = transform_options(context.optionList());
            break;
        default:
            column.generated = transform_expression(*context.expression());
            break;
    }
}

ast::CreateView Transformer::transform_create_view(Grammar::CreateViewContext& context) {
    ast::CreateView view;
    view.if_not_exists = context.ifNotExists() != nullptr;
    view.name = transform_identifier(*context.name());
    view.columns = transform_names(context.nameList());
    view.query = transform_query(*context.query());
    return view;
}

ast::CreatePipeline Transformer::transform_create_pipeline(Grammar::CreatePipelineContext& context) {
    ast::CreatePipeline pipeline;
    pipeline.if_not_exists = context.ifNotExists() != nullptr;
    pipeline.name = transform_identifier(*context.name(0));
    pipeline.options = transform_options(context.optionList());
    if (auto* sink = context.name(1)) pipeline.sink = transform_identifier(*sink);
    pipeline.sink_columns = transform_names(context.nameList());
    pipeline.query = transform_query(*context.query());
    return pipeline;
}

ast::CreateFunction Transformer::transform_create_function(Grammar::CreateFunctionContext& context) {
    ast::CreateFunction function;
    function.if_not_exists = context.ifNotExists() != nullptr;
    bool first = true;
    for_each_child<Grammar::NameContext>(context, [&](auto& name) {
        if (first) {
            function.name = transform_identifier(name);
        } else {
            function.parameters.push_back(transform_identifier(name));
        }
        first = false;
    });
    function.body = transform_expression(*context.expression());
    return function;
}

}  // namespace laminar
