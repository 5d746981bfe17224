#include <fmt/format.h>

#include <algorithm>

#include "connectors/connection_factory.h"
#include "parser/sql_writer.h"
#include "runtime/statement_executor.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

std::string upper_kind(ast::ObjectKind kind) {
    std::string name(kind_name(kind));
    for (char& character : name) character = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
    return name;
}

std::string stored_table_ddl(const TableObject& table) {
    std::string items;
    for (const ColumnObject& column : table.columns) {
        if (!items.empty()) items += ", ";
        items += fmt::format("{} {}", quote_identifier(column.name), to_sql(column.type));
        if (column.not_null) items += " NOT NULL";
        if (column.default_value) items += fmt::format(" DEFAULT ({})", write_expression(*column.default_value).text);
    }
    if (!table.primary_key.empty()) {
        std::string key;
        for (const std::string& column : table.primary_key) {
            if (!key.empty()) key += ", ";
            key += quote_identifier(column);
        }
        items += fmt::format(", PRIMARY KEY ({})", key);
    }
    return fmt::format("CREATE OR REPLACE TABLE {} ({})", engine_table_name(table.name), items);
}

std::string function_ddl(const FunctionObject& function) {
    std::string parameters;
    for (const std::string& parameter : function.parameters) {
        if (!parameters.empty()) parameters += ", ";
        parameters += quote_identifier(parameter);
    }
    return fmt::format("CREATE OR REPLACE MACRO {}({}) AS ({})", quote_identifier(function.name), parameters,
                       write_expression(function.body).text);
}

}  // namespace

bool StatementExecutor::create(const BoundCreate& statement, const BoundStatement& whole, Diagnostics& diagnostics) {
    const Definition& definition = definition_of(statement.object);
    const ast::ObjectKind kind = kind_of(statement.object);
    if (statement.skipped) {
        env_.output.done(fmt::format("CREATE {} (exists, skipped)", upper_kind(kind)));
        return true;
    }
    if (statement.replaces) {
        const CatalogObject* existing = env_.catalog.find(definition.name);
        if (kind == ast::ObjectKind::connection) {
            alter_connection({std::get<ConnectionObject>(statement.object), {}}, whole);
            return true;
        }
        if (existing && kind != ast::ObjectKind::function) drop_object(kind_of(*existing), definition.name);
    }
    if (const auto* table = std::get_if<TableObject>(&statement.object)) {
        if (!table->is_stored())
            create_stream_table(*table);
        else if (!create_stored_table(*table, statement, diagnostics))
            return false;
    } else if (const auto* pipeline = std::get_if<PipelineObject>(&statement.object)) {
        if (!start_pipeline(pipeline->name, pipeline->name, *statement.query, pipeline, whole.span, diagnostics))
            return false;
    } else if (const auto* function = std::get_if<FunctionObject>(&statement.object)) {
        env_.engine.call([&](Engine& engine) { engine.execute(function_ddl(*function)); });
    }
    apply_to_catalog(whole, env_.catalog);
    env_.output.done(fmt::format("CREATE {}", upper_kind(kind)));
    return true;
}

bool StatementExecutor::create_stored_table(const TableObject& table, const BoundCreate& statement,
                                            Diagnostics& diagnostics) {
    if (statement.query && !prepare_for_reading(*statement.query, diagnostics)) return false;
    const std::string rows = statement.query ? retained_sql(*statement.query).text : std::string();
    env_.engine.call([&](Engine& engine) {
        engine.execute(stored_table_ddl(table));
        if (!statement.query) return;
        show_retained(*statement.query);
        const ResultTable inserted =
            engine.query(fmt::format("INSERT INTO {} {}", engine_table_name(table.name), rows));
        env_.progress.add_rows(table.name, inserted.rows_changed);
    });
    return true;
}

void StatementExecutor::create_stream_table(const TableObject& table) {
    const auto& definition = *env_.catalog.find_as<ConnectionObject>(table.options.connector);
    env_.connections.use(definition, table.name);
    if (table.only_sends()) env_.connections.only_send(definition.name, table.name);
    if (!table.only_sends() && can_read(definition)) {
        ConnectionInputOptions options = connection_input_options(definition);
        if (table.options.stream != TableStream::messages)
            options.limits = {options.error_limit, options.limits.bytes, 0, {}};
        const auto schema = table_batch_schema(table, options.decoder.format);
        const auto channel = std::make_shared<InputChannel>(
            schema, make_message_decoder(options.decoder, schema), options.limits, [this] { env_.engine.wake(); },
            [this] { env_.engine.hurry(); });
        env_.engine.call(
            [&](Engine& engine) { env_.graph.add_table(table.name, StreamInput::for_table(engine, table, channel)); });
        env_.connections.attach(table.options.connector, table.name, table.options.stream, channel);
    }
    open_later(definition.name);
}

void StatementExecutor::alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole) {
    apply_to_catalog(whole, env_.catalog);
    env_.connections.replace(statement.object);
    const unsigned retries = connection_input_options(statement.object).retries;
    env_.engine.call([&](Engine&) { env_.graph.set_retries(statement.object.name, retries); });
    env_.output.done(statement.changed.empty() ? "CREATE CONNECTION" : "ALTER CONNECTION");
}

void StatementExecutor::drop(const BoundDrop& statement, const BoundStatement& whole) {
    for (const BoundDrop::Target& target : statement.targets) drop_object(target.kind, target.name);
    apply_to_catalog(whole, env_.catalog);
    env_.output.done(statement.targets.empty() ? "DROP (nothing to drop)"
                                               : fmt::format("DROP {}", upper_kind(statement.targets.back().kind)));
}

void StatementExecutor::drop_object(ast::ObjectKind kind, const std::string& name) {
    env_.progress.forget(name);
    switch (kind) {
        case ast::ObjectKind::connection:  // Its users are dropped before it, and the last of them closes it.
        case ast::ObjectKind::view:
            return;
        case ast::ObjectKind::table: {
            const auto* table = env_.catalog.find_as<TableObject>(name);
            if (!table) return;
            if (table->is_stored()) {
                env_.engine.call(
                    [&](Engine& engine) { engine.execute("DROP TABLE IF EXISTS " + engine_table_name(table->name)); });
                return;
            }
            env_.connections.stop_using(table->options.connector, name);
            env_.engine.call([&](Engine&) { env_.graph.remove_table(name); });
            return;
        }
        case ast::ObjectKind::pipeline:
            stop_pipeline(name);
            return;
        case ast::ObjectKind::function:
            env_.engine.call([&](Engine& engine) { engine.execute("DROP MACRO IF EXISTS " + quote_identifier(name)); });
            return;
    }
}

void StatementExecutor::pause_or_resume(const BoundPauseResume& statement) {
    if (statement.kind == ast::ObjectKind::pipeline) {
        env_.engine.call([&](Engine&) {
            RunningPipeline* pipeline = env_.graph.find_pipeline(statement.name);
            if (!pipeline) return;
            statement.resume ? pipeline->resume() : pipeline->pause();
        });
        env_.engine.wake();
    } else if (const auto connection = env_.connections.find(statement.name)) {
        statement.resume ? connection->resume() : connection->pause();
    }
    env_.output.done(fmt::format("{} {}", statement.resume ? "RESUME" : "PAUSE", upper_kind(statement.kind)));
}

MessageFormat StatementExecutor::format_of(const std::string& connection) const {
    const auto* definition = env_.catalog.find_as<ConnectionObject>(connection);
    return definition ? connection_input_options(*definition).decoder.format : MessageFormat::json;
}

}  // namespace laminar
