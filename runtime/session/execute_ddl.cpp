#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/registry/connections.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

std::string stored_table_ddl(const TableObject& table) {
    std::string items;
    const std::vector<std::string> names = engine_column_names(table.columns);
    for (std::size_t index = 0; index < names.size(); ++index) {
        const ColumnObject& column = table.columns[index];
        if (!items.empty()) items += ", ";
        items += fmt::format("{} {}", quote_identifier(names[index]), to_sql(column.type));
        if (column.not_null) items += " NOT NULL";
        if (column.default_value) items += fmt::format(" DEFAULT ({})", write_expression(*column.default_value).text);
    }
    if (!table.primary_key.empty()) {
        std::string key;
        for (const std::string& column : table.primary_key) {
            if (!key.empty()) key += ", ";
            key += quote_identifier(engine_name_of(table.columns, column));
        }
        items += fmt::format(", PRIMARY KEY ({})", key);
    }
    return fmt::format("CREATE TABLE {} ({})", engine_table_name(table.name), items);
}

/// What the engine has under the name of a table: a stream's is a view of what it retains, or nothing.
std::string drop_relation_sql(const TableObject& table) {
    return fmt::format("DROP {} IF EXISTS {}", table.is_stored() ? "TABLE" : "VIEW", engine_table_name(table.name));
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
    const ast::ObjectKind kind = kind_of(statement.object);
    if (statement.skipped) {
        env_.output.done(fmt::format("CREATE {} (exists, skipped)", upper_case(kind_name(kind))));
        return true;
    }
    if (const auto* table = std::get_if<TableObject>(&statement.object)) {
        table->is_stored() ? create_stored_table(*table, statement, whole)
                           : create_stream_table(*table, statement, whole);
    } else if (const auto* pipeline = std::get_if<PipelineObject>(&statement.object)) {
        PipelineStart start{pipeline->name, pipeline->name, *statement.query};
        start.definition = pipeline;
        start.statement = &whole;
        start.replaces = statement.replaces;
        if (!start_pipeline(start, whole.span, diagnostics)) return false;
    } else if (const auto* connection = std::get_if<ConnectionObject>(&statement.object);
               connection && statement.replaces) {
        return alter_connection({*connection, {}}, whole, diagnostics);
    } else {
        env_.engine.call([&](Engine& engine) {
            if (const auto* function = std::get_if<FunctionObject>(&statement.object))
                engine.execute(function_ddl(*function));
            apply_to_catalog(whole, env_.catalog);
        });
    }
    env_.output.done(fmt::format("CREATE {}", upper_case(kind_name(kind))));
    return true;
}

std::optional<TableObject> StatementExecutor::replaced_table(const BoundCreate& statement) const {
    const auto* table =
        statement.replaces ? env_.catalog.find_as<TableObject>(definition_of(statement.object).name) : nullptr;
    return table ? std::optional(*table) : std::nullopt;
}

void StatementExecutor::create_stored_table(const TableObject& table, const BoundCreate& statement,
                                            const BoundStatement& whole) {
    const std::optional<TableObject> replaced = replaced_table(statement);
    if (statement.query) prepare_for_reading();
    const std::string rows = statement.query ? retained_sql(*statement.query).text : std::string();
    Removed removed;
    env_.engine.call_interruptible([&](Engine& engine) {
        if (statement.query) show_retained(*statement.query);
        EngineTransaction transaction(engine);
        // The query may read what the table replaces: it is filled beside it.
        TableObject beside = table;
        if (replaced && statement.query) beside.name += " (replacing)";
        if (replaced && !statement.query) engine.execute(drop_relation_sql(*replaced));
        engine.execute(stored_table_ddl(beside));
        std::uint64_t inserted = 0;
        if (statement.query)
            inserted =
                engine.query(fmt::format("INSERT INTO {} {}", engine_table_name(beside.name), rows)).rows_changed;
        if (replaced && statement.query) {
            engine.execute(drop_relation_sql(*replaced));
            engine.execute(fmt::format("ALTER TABLE {} RENAME TO {}", engine_table_name(beside.name),
                                       always_quote_identifier(fold_case(table.name))));
        }
        transaction.commit();
        if (replaced) remove_table(*replaced, removed);
        apply_to_catalog(whole, env_.catalog);
        if (inserted > 0) env_.progress.add_rows(table.name, inserted);
    });
    leave(removed);
}

void StatementExecutor::create_stream_table(const TableObject& table, const BoundCreate& statement,
                                            const BoundStatement& whole) {
    const std::optional<TableObject> replaced = replaced_table(statement);
    const ConnectionObject definition = *env_.catalog.find_as<ConnectionObject>(table.options.connector);
    const std::string consumer = replaced ? pending_consumer(table.name) : table.name;
    std::shared_ptr<InputChannel> channel;
    if (!table.only_sends() && can_read(definition)) {
        ConnectionInputOptions options = connection_input_options(definition, env_.connections.secrets());
        const StreamContent content = content_of(table);
        if (content.is_records) {
            options.limits = {options.error_limit, options.limits.bytes, 0, {}};
            options.decoder = DecoderOptions{};
        }
        const auto schema = table_batch_schema(table, content);
        channel = std::make_shared<InputChannel>(
            schema, make_message_decoder(options.decoder, schema), options.limits, [this] { env_.engine.wake(); },
            [this] { env_.engine.hurry(); });
    }
    Removed removed;
    env_.connections.use(definition, consumer);
    try {
        env_.engine.call([&](Engine& engine) {
            EngineTransaction transaction(engine);
            if (replaced) engine.execute(drop_relation_sql(*replaced));
            std::unique_ptr<StreamInput> input;
            if (channel)
                input = StreamInput::for_table(engine, table, channel,
                                               replaced ? engine_key("table:" + table.name) : std::string());
            transaction.commit();
            if (replaced) remove_table(*replaced, removed);
            if (input) env_.graph.add_table(table.name, std::move(input));
            apply_to_catalog(whole, env_.catalog);
        });
    } catch (...) {
        env_.connections.stop_using(definition.name, consumer);
        throw;
    }
    take_place(removed, definition, consumer, table.name);
    if (table.only_sends()) env_.connections.only_send(definition.name, table.name);
    if (channel) env_.connections.attach(definition.name, table.name, table.options.stream, channel);
    open_later(definition.name);
}

/// Engine thread: the rows of the old table, and what reads them without being in the catalog.
void StatementExecutor::remove_table(const TableObject& table, Removed& removed) {
    remove_subscriptions_to(table.name, removed);
    env_.progress.forget(table.name);
    if (table.is_stored()) return;
    // The view of its name is gone, or is that of another by now.
    if (StreamInput* input = env_.graph.find_table(table.name); input && input->retained())
        input->retained()->give_up_name();
    env_.graph.remove_table(table.name);
    removed.uses.push_back({table.options.connector, table.name});
}

/// Engine thread.
void StatementExecutor::remove_pipeline(const std::string& name, Removed& removed) {
    remove_subscriptions_to(name, removed);
    env_.progress.forget(name);
    const RunningPipeline* pipeline = env_.graph.find_pipeline(name);
    if (!pipeline) return;
    for (std::string& connection : connections_of(pipeline->query(), env_.catalog.find_as<PipelineObject>(name)))
        removed.uses.push_back({std::move(connection), name});
    env_.graph.remove_pipeline(name);
}

/// Engine thread. Subscriptions are in no catalog, so that nothing keeps what they read from being dropped.
void StatementExecutor::remove_subscriptions_to(const std::string& object, Removed& removed) {
    for (const std::string& name : env_.graph.readers_of(object)) {
        const auto subscription = std::find(subscriptions_.begin(), subscriptions_.end(), name);
        if (subscription == subscriptions_.end()) continue;
        spdlog::warn("{} has ended: {} is no longer what it read", name, object);
        subscriptions_.erase(subscription);
        remove_pipeline(name, removed);
    }
}

void StatementExecutor::leave(const Removed& removed) {
    for (const Removed::Use& use : removed.uses) env_.connections.stop_using(use.connection, use.consumer);
}

/// The new object used the connection under another name until the old one was gone. A source that delivers nothing any
/// more begins anew for it, as for its first reader.
void StatementExecutor::take_place(const Removed& removed, const ConnectionObject& definition,
                                   const std::string& consumer, const std::string& name) {
    leave(removed);
    if (consumer == name) return;
    const auto live = env_.connections.find(definition.name);
    const ConnectionStatus status = live ? live->status() : ConnectionStatus();
    if (status.finished || status.state == ConnectionState::failed) {
        env_.connections.stop_using(definition.name, consumer);
        env_.connections.use(definition, name);
    } else {
        env_.connections.rename_consumer(definition.name, consumer, name);
    }
}

std::string StatementExecutor::pending_consumer(const std::string& name) { return name + " (replacing)"; }

std::string StatementExecutor::engine_key(const std::string& name) {
    return fmt::format("{} (replacing {})", name, ++replacements_);
}

bool StatementExecutor::alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole,
                                         Diagnostics& diagnostics) {
    OptionProblem problem;
    if (resolve_option_set(*statement.object.connector->options, *statement.object.options, env_.connections.secrets(),
                           problem))
        problem.description = env_.connections.replace(statement.object);
    if (!problem.description.empty()) {
        diagnostics.error(DiagnosticCode::execution_failed, whole.span,
                          fmt::format("connection \"{}\" stays as it is: {}", statement.object.name,
                                      env_.connections.secrets().redact(problem.description)));
        return false;
    }
    const unsigned retries = connection_input_options(statement.object, env_.connections.secrets()).retries;
    env_.engine.call([&](Engine&) {
        env_.graph.set_retries(statement.object.name, retries);
        apply_to_catalog(whole, env_.catalog);
    });
    env_.output.done(statement.changed.empty() ? "CREATE CONNECTION" : "ALTER CONNECTION");
    return true;
}

void StatementExecutor::drop(const BoundDrop& statement, const BoundStatement& whole) {
    Removed removed;
    env_.engine.call([&](Engine& engine) {
        // What may fail comes first, and changes nothing then.
        EngineTransaction transaction(engine);
        for (const BoundDrop::Target& target : statement.targets) {
            const auto* table =
                target.kind == ast::ObjectKind::table ? env_.catalog.find_as<TableObject>(target.name) : nullptr;
            if (table) engine.execute(drop_relation_sql(*table));
            if (target.kind == ast::ObjectKind::function)
                engine.execute("DROP MACRO IF EXISTS " + quote_identifier(target.name));
        }
        transaction.commit();
        for (const BoundDrop::Target& target : statement.targets) {
            const auto* table =
                target.kind == ast::ObjectKind::table ? env_.catalog.find_as<TableObject>(target.name) : nullptr;
            if (table)
                remove_table(*table, removed);
            else if (target.kind == ast::ObjectKind::pipeline)
                remove_pipeline(target.name, removed);
            else if (target.kind != ast::ObjectKind::function)
                remove_subscriptions_to(target.name, removed);
        }
        apply_to_catalog(whole, env_.catalog);
    });
    leave(removed);
    env_.output.done(statement.targets.empty()
                         ? "DROP (nothing to drop)"
                         : fmt::format("DROP {}", upper_case(kind_name(statement.targets.back().kind))));
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
    env_.output.done(
        fmt::format("{} {}", statement.resume ? "RESUME" : "PAUSE", upper_case(kind_name(statement.kind))));
}

StreamContent StatementExecutor::content_of(const TableObject& table) const {
    if (table.options.stream != TableStream::messages) return StreamContent::records();
    const auto* definition = env_.catalog.find_as<ConnectionObject>(table.options.connector);
    return definition ? connection_input_options(*definition, env_.connections.secrets()).decoder.format
                      : MessageFormat::json;
}

}  // namespace laminar
