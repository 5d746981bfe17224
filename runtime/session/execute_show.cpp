#include <fmt/format.h>

#include "catalog/bind/inline_connection.h"
#include "catalog/bind/table_options.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/session_settings.h"
#include "catalog/options/option_schema.h"
#include "parser/text/byte_size.h"
#include "parser/text/interval_text.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/option_redaction.h"
#include "runtime/database/option_text.h"
#include "runtime/database/result_builder.h"
#include "runtime/database/result_redaction.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/session/like_pattern.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

std::vector<OutputColumn> text_columns(std::initializer_list<std::string_view> names) {
    std::vector<OutputColumn> columns;
    for (const std::string_view name : names) columns.push_back({std::string(name), TypeId::varchar});
    return columns;
}

std::string column_list(const std::vector<OutputColumn>& columns) {
    std::string list;
    for (const OutputColumn& column : columns) {
        if (!list.empty()) list += ", ";
        list += std::string(shown_column_name(column.name)) + ' ' +
                (column.type.id == TypeId::unknown ? "?" : to_sql(column.type));
    }
    return list;
}

std::vector<OutputColumn> declared_columns(const TableObject& table) {
    std::vector<OutputColumn> columns;
    for (const ColumnObject& column : table.columns) columns.push_back({column.name, column.type});
    return columns;
}

}  // namespace

void StatementExecutor::print(const ResultTable& table) {
    ResultTable shown = table;
    redact_texts(shown, database_.connections.secrets());
    if (!show_streams()) return;  // Cancelled.
    const StreamPrinter::Lease output = printer_.output();
    output->begin_result(shown.columns);
    output->rows(shown);
    output->end_result();
}

void StatementExecutor::set(const BoundSet& statement) {
    if (statement.name == max_latency_setting) {
        const auto* micros = std::get_if<std::int64_t>(&statement.value);
        const auto latency = micros ? std::chrono::microseconds(*micros) : SessionSettings().max_latency;
        database_.engine.call([&](Engine&) { database_.graph.set_max_latency(latency); });
        database_.engine.request_cycle_now();  // What waits has been told another time.
        return say_done("SET");
    }
    if (set_of_storage(statement)) return say_done("SET");
    const std::string name = quote_identifier(statement.name);
    std::string sql = fmt::format("RESET {}", name);
    if (const auto* text = std::get_if<std::string>(&statement.value))
        sql = fmt::format("SET {} = {}", name, quote_string(*text));
    else if (const auto* number = std::get_if<std::int64_t>(&statement.value))
        sql = fmt::format("SET {} = {}", name, *number);
    else if (const auto* real = std::get_if<double>(&statement.value))
        sql = fmt::format("SET {} = {}", name, *real);
    else if (const auto* flag = std::get_if<bool>(&statement.value))
        sql = fmt::format("SET {} = {}", name, *flag);
    else if (statement.name == threads_setting)  // That of the engine is another.
        sql = fmt::format("SET {} = {}", name, SessionSettings().threads);
    database_.engine.call([&](Engine& engine) {
        engine.execute(sql);
        if (statement.name == memory_limit_setting) note_memory_limit(engine);
    });
    say_done("SET");
}

bool StatementExecutor::set_of_storage(const BoundSet& statement) {
    const auto* number = std::get_if<std::int64_t>(&statement.value);
    const auto* text = std::get_if<std::string>(&statement.value);
    const SessionSettings defaults;
    if (statement.name == commit_interval_setting) {
        database_.engine.call([&](Engine&) {
            database_.commit_interval = number ? std::chrono::milliseconds(*number) : defaults.commit_interval_ms;
        });
        return true;
    }
    if (!is_size_setting(statement.name)) return false;
    if (statement.name == disk_limit_setting) {
        database_.engine.call([&](Engine&) {
            if (database_.disk_space)
                database_.disk_space->set_limit(text ? parse_byte_size(*text) : std::optional<std::uint64_t>());
        });
        database_.engine.request_cycle_now();  // What stands still for it goes on.
        return true;
    }
    const auto bytes = parse_byte_size(text ? *text : defaults.checkpoint_threshold);
    database_.engine.call([&](Engine& engine) {
        if (database_.checkpoints) database_.checkpoints->set_threshold(engine, bytes.value());
    });
    return true;
}

std::string StatementExecutor::storage_setting(std::string_view name) {
    return database_.engine.call([&](Engine&) -> std::string {
        if (name == commit_interval_setting) return fmt::to_string(database_.commit_interval.count());
        if (name == checkpoint_threshold_setting)
            return database_.checkpoints ? fmt::format("{} bytes", database_.checkpoints->threshold())
                                         : SessionSettings().checkpoint_threshold;
        const auto limit = database_.disk_space ? database_.disk_space->limit() : std::nullopt;
        return limit ? fmt::format("{} bytes", *limit) : std::string();
    });
}

void StatementExecutor::show(const BoundShow& statement) {
    using What = ast::Show::What;
    const auto wanted = [&](std::string_view name) { return !statement.like || matches_like(name, *statement.like); };
    const auto objects = [&](ast::ObjectKind kind) {
        std::vector<const CatalogObject*> found = catalog().objects(kind);
        std::erase_if(found, [&](const CatalogObject* object) { return !wanted(definition_of(*object).name); });
        return found;
    };
    switch (statement.what) {
        case What::connectors: {
            ResultBuilder builder(text_columns({"name", "source", "sink", "help"}));
            for (const ConnectorDescriptor& connector : database_.registry.all()) {
                if (wanted(connector.name))
                    builder.add_row(connector.name, connector.is_source ? "yes" : "no",
                                    connector.is_sink ? "yes" : "no", connector.help);
            }
            return print(builder.take());
        }
        case What::connections: {
            ResultBuilder builder(text_columns({"name", "connector", "state", "endpoint", "last_error"}));
            for (const CatalogObject* object : objects(ast::ObjectKind::connection)) {
                const auto& connection = std::get<ConnectionObject>(*object);
                const auto live = database_.connections.find(connection.name);
                const ConnectionStatus status = live ? live->status() : ConnectionStatus{};
                builder.add_row(connection.name, connection.connector->name, connection_state_name(status.state),
                                text_or_null(status.endpoint), text_or_null(status.last_error));
            }
            return print(builder.take());
        }
        case What::tables: {
            ResultBuilder builder(text_columns({"name", "kind", "connection", "columns"}));
            for (const CatalogObject* object : objects(ast::ObjectKind::table)) {
                const auto& table = std::get<TableObject>(*object);
                builder.add_row(table.name, table.is_stored() ? "stored" : "stream",
                                text_or_null(table.options.connector), column_list(declared_columns(table)));
            }
            return print(builder.take());
        }
        case What::views: {
            ResultBuilder builder(text_columns({"name", "columns"}));
            for (const CatalogObject* object : objects(ast::ObjectKind::view)) {
                const auto& view = std::get<ViewObject>(*object);
                builder.add_row(view.name, column_list(view.columns));
            }
            return print(builder.take());
        }
        case What::pipelines: {
            ResultBuilder builder(text_columns({"name", "state", "sink", "columns", "last_error"}));
            for (const CatalogObject* object : objects(ast::ObjectKind::pipeline)) {
                const auto& pipeline = std::get<PipelineObject>(*object);
                std::string state;
                std::string last_error;
                database_.engine.call([&](Engine&) {
                    const RunningPipeline* running = database_.graph.find_pipeline(pipeline.name);
                    if (!running) return;
                    state = pipeline_state_name(running->state());
                    last_error = running->last_error();
                });
                builder.add_row(pipeline.name, state, text_or_null(pipeline.sink), column_list(pipeline.columns),
                                text_or_null(last_error));
            }
            return print(builder.take());
        }
        case What::functions: {
            ResultBuilder builder(text_columns({"name", "parameters", "body"}));
            for (const CatalogObject* object : objects(ast::ObjectKind::function)) {
                const auto& function = std::get<FunctionObject>(*object);
                builder.add_row(function.name, fmt::format("{}", fmt::join(function.parameters, ", ")),
                                write_expression(function.body).text);
            }
            return print(builder.take());
        }
        case What::settings: {
            ResultBuilder builder(text_columns({"name", "value", "help"}));
            for (const OptionDeclaration& setting : session_setting_schema().options()) {
                if (!wanted(setting.name)) continue;
                if (setting.name == max_latency_setting) {
                    const auto latency = database_.engine.call([&](Engine&) { return database_.graph.max_latency(); });
                    builder.add_row(setting.name, interval_text(latency), setting.facts.help);
                    continue;
                }
                if (setting.name == commit_interval_setting || is_size_setting(setting.name)) {
                    builder.add_row(setting.name, text_or_null(storage_setting(setting.name)), setting.facts.help);
                    continue;
                }
                const ResultTable current = database_.engine.call([&](Engine& engine) {
                    return engine.query(
                        fmt::format("SELECT CAST(current_setting({}) AS VARCHAR)", quote_string(setting.name)));
                });
                builder.add_row(setting.name, current.values[0].string_at(0), setting.facts.help);
            }
            return print(builder.take());
        }
    }
}

void StatementExecutor::show_create(const BoundShowCreate& statement) {
    const Definition* definition = statement.kind == ast::ObjectKind::function
                                       ? static_cast<const Definition*>(catalog().find_function(statement.name))
                                       : &definition_of(*catalog().find(statement.name));
    ResultBuilder builder(text_columns({"statement"}));
    StatementWriterOptions options;
    const auto* connection = catalog().find_as<ConnectionObject>(statement.name);
    const auto* table = catalog().find_as<TableObject>(statement.name);
    // What a table has declared itself is a part of its statement.
    if (table) connection = own_connection(catalog(), *table);
    if (connection && !connection->table.empty() && catalog().find(connection->table))
        definition = &definition_of(*catalog().find(connection->table));
    if (connection || table) {
        options.map_option_value = [&](const ast::Option& option) {
            std::optional<ast::OptionValue> shown;
            if (connection) shown = redacted_value(option, *connection->connector->options);
            return shown || !table ? shown : redacted_value(option, table_option_schema());
        };
    }
    builder.add_row(write_statement(definition->statement, options) + ";");
    print(builder.take());
}

bool StatementExecutor::describe(const BoundDescribe& statement, SourceSpan span, Diagnostics& diagnostics) {
    if (statement.connector) {
        ResultBuilder builder(text_columns({"option", "type", "default", "required", "help"}));
        const OptionSchema& schema = *database_.registry.find(statement.name)->options;
        for (const OptionDeclaration& option : schema.options())
            builder.add_row(option.name, option_type_name(option.type), text_or_null(option.default_text),
                            text_or_null(describe_requirement(schema, option)), option.facts.help);
        print(builder.take());
        return true;
    }
    if (statement.query) {
        ResultBuilder builder(text_columns({"column", "type"}));
        for (const OutputColumn& column : statement.query->columns)
            builder.add_row(std::string(shown_column_name(column.name)),
                            column.type.id == TypeId::unknown ? std::string("?") : to_sql(column.type));
        print(builder.take());
        return true;
    }
    const CatalogObject* object = catalog().find(statement.name);
    if (const auto* connection = object ? std::get_if<ConnectionObject>(object) : nullptr) {
        show_create({ast::ObjectKind::connection, connection->name});
        return true;
    }
    diagnostics.error(DiagnosticCode::execution_failed, span, "there is nothing to describe");
    return false;
}

}  // namespace laminar
