#include "server/http/answers/catalog_answer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/objects/column_name.h"
#include "catalog/options/option_schema.h"
#include "parser/text/ascii.h"
#include "parser/text/json_writer.h"
#include "runtime/database/database_parts.h"

namespace laminar::http {

namespace {

void write_column(JsonWriter& json, std::string_view name, const ColumnType& type, bool is_nullable) {
    json.begin_object().key("name").text(shown_column_name(name));
    json.key("type").text_or_null(type.id == TypeId::unknown ? "" : to_sql(type));
    json.key("nullable").boolean(is_nullable).end_object();
}

void write_columns(JsonWriter& json, const std::vector<OutputColumn>& columns) {
    json.key("columns").begin_array();
    for (const OutputColumn& column : columns) write_column(json, column.name, column.type, true);
    json.end_array();
}

/// What the option of that name says, where the connector has one.
std::string option_text(const ConnectionObject& connection, std::string_view option) {
    const std::optional<OptionData> value = connection.connector->options->value_of(*connection.options, option);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    return text ? *text : "";
}

void write_connections(JsonWriter& json, const Catalog& catalog, const DatabaseStatus& status) {
    std::map<std::string, std::string> endpoints;
    for (const ConnectionStatus& each : status.connections) endpoints[fold_case(each.name)] = each.endpoint;
    json.key("connections").begin_array();
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::connection)) {
        const auto& connection = std::get<ConnectionObject>(*object);
        json.begin_object().key("name").text(connection.name).key("connector").text(connection.connector->name);
        json.key("mode").text_or_null(option_text(connection, "mode"));
        json.key("description").text_or_null(endpoints[fold_case(connection.name)]).end_object();
    }
    json.end_array();
}

void write_tables(JsonWriter& json, const Catalog& catalog) {
    json.key("tables").begin_array();
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::table)) {
        const auto& table = std::get<TableObject>(*object);
        json.begin_object().key("name").text(table.name).key("connection").text_or_null(table.options.connector);
        json.key("columns").begin_array();
        for (const ColumnObject& column : table.columns)
            write_column(json, column.name, column.type, !column.not_null && !column.primary_key);
        json.end_array().end_object();
    }
    json.end_array();
}

void write_views(JsonWriter& json, const Catalog& catalog) {
    json.key("views").begin_array();
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::view)) {
        const auto& view = std::get<ViewObject>(*object);
        json.begin_object().key("name").text(view.name);
        json.key("reads").begin_array();
        for (const std::string& name : view.dependencies) json.text(name);
        json.end_array();
        write_columns(json, view.columns);
        json.end_object();
    }
    json.end_array();
}

void write_pipelines(JsonWriter& json, const Catalog& catalog) {
    json.key("pipelines").begin_array();
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::pipeline)) {
        const auto& pipeline = std::get<PipelineObject>(*object);
        json.begin_object().key("name").text(pipeline.name);
        json.key("reads").begin_array();
        for (const std::string& name : pipeline.dependencies)
            if (!equals_ignoring_case(name, pipeline.sink)) json.text(name);
        json.end_array();
        json.key("writes").text_or_null(pipeline.sink);
        write_columns(json, pipeline.columns);
        json.end_object();
    }
    json.end_array();
}

void write_system_tables(JsonWriter& json, const ConnectorRegistry& registry) {
    json.key("system_tables").begin_array();
    for (const SystemTableSchema& table : registry.system_tables()) {
        json.begin_object().key("name").text(std::string("system.").append(table.name)).key("help").text(table.help);
        json.key("columns").begin_array();
        for (const SystemTableColumn& column : table.columns) write_column(json, column.name, column.type, true);
        json.end_array().end_object();
    }
    json.end_array();
}

}  // namespace

Answer catalog_answer(const TaskContext& context, const Request& /*request*/, const Caller& /*caller*/,
                      Session& session) {
    const std::shared_ptr<const Catalog> catalog = context.database.catalog();
    JsonWriter json;
    json.begin_object();
    write_connections(json, *catalog, context.database.status());
    write_tables(json, *catalog);
    write_views(json, *catalog);
    write_pipelines(json, *catalog);
    write_system_tables(json, context.database.parts().registry);
    json.key("functions").begin_array();
    for (const std::string& name : session.function_names()) json.text(name);
    for (const CatalogObject* object : catalog->objects(ast::ObjectKind::function))
        json.text(std::get<FunctionObject>(*object).name);
    json.end_array();
    json.key("version").text(context.settings.version).end_object();
    return json_answer(json.take());
}

}  // namespace laminar::http
