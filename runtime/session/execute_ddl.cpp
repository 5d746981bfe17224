#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/registry/connections.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/connection_sink.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/session/statement_executor.h"
#include "runtime/storage/crash_point.h"

namespace laminar {

namespace {

std::string stored_table_ddl(const TableObject& table) {
    std::string items;
    const std::vector<std::string> names = engine_column_names(table.columns);
    for (std::size_t index = 0; index < names.size(); ++index) {
        const ColumnObject& column = table.columns[index];
        if (!items.empty()) items += ", ";
        items += fmt::format("{} {}", quote_identifier(names[index]), to_sql(column.type));
        const bool is_key =
            std::any_of(table.primary_key.begin(), table.primary_key.end(),
                        [&](const std::string& key) { return engine_name_of(table.columns, key) == names[index]; });
        if (column.not_null || is_key) items += " NOT NULL";
        if (column.default_value) items += fmt::format(" DEFAULT ({})", write_expression(*column.default_value).text);
    }
    // Keys are looked after by who writes (decision 29).
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
        forget_kept(whole);
        say_done(fmt::format("CREATE {} (exists, skipped)", upper_case(kind_name(kind))));
        return true;
    }
    if (!check_keeping(whole, diagnostics)) return false;
    if (const auto* table = std::get_if<TableObject>(&statement.object)) {
        if (!table->is_stored())
            create_stream_table(*table, statement, whole);
        else if (restoring_)
            return make_again(*table, whole, diagnostics);
        else if (!create_stored_table(*table, statement, whole, diagnostics))
            return false;
    } else if (const auto* pipeline = std::get_if<PipelineObject>(&statement.object)) {
        PipelineStart start{pipeline->name, pipeline->name, *statement.query, pipeline->facts};
        start.definition = pipeline;
        start.statement = &whole;
        start.replaces = statement.replaces;
        if (!start_pipeline(start, whole.span, diagnostics)) return false;
    } else if (const auto* connection = std::get_if<ConnectionObject>(&statement.object);
               connection && statement.replaces) {
        return alter_connection({*connection, {}}, whole, diagnostics);
    } else {
        database_.engine.call([&](Engine& engine) {
            EngineTransaction transaction(engine);
            if (const auto* function = std::get_if<FunctionObject>(&statement.object))
                engine.execute(function_ddl(*function));
            keep(whole);
            transaction.commit();
            apply_to_catalog(whole);
        });
    }
    say_done(fmt::format("CREATE {}", upper_case(kind_name(kind))));
    return true;
}

std::optional<TableObject> StatementExecutor::replaced_table(const BoundCreate& statement) const {
    const auto* table =
        statement.replaces ? catalog().find_as<TableObject>(definition_of(statement.object).name) : nullptr;
    return table ? std::optional(*table) : std::nullopt;
}

void StatementExecutor::apply_to_catalog(const BoundStatement& statement) {
    if (!restoring_) crash_point("catalog.committed");
    if (database_.state_store) database_.state_store->on_commit();
    database_.catalog.change([&](Catalog& catalog) { laminar::apply_to_catalog(statement, catalog); });
    forget_kept(statement);
}

bool StatementExecutor::create_stored_table(const TableObject& table, const BoundCreate& statement,
                                            const BoundStatement& whole, Diagnostics& diagnostics) {
    const std::optional<TableObject> replaced = replaced_table(statement);
    // The query may read what the table replaces: all of its rows are there before anything changes.
    std::optional<ResultTable> rows;
    WrittenSql sql;
    const bool is_direct = statement.query && !is_read_first(*statement.query, table);
    if (is_direct) {
        if (!run_connection_tests(*statement.query)) return report_cancelled(whole.span, diagnostics);
        sql = retained_sql(*statement.query, nullptr);
    } else if (statement.query) {
        rows = read_rows(*statement.query, sink_columns(table, {}), whole.span, diagnostics);
        if (!rows) return false;
    }
    if (cancelled_) return report_cancelled(whole.span, diagnostics);
    Removed removed;
    const auto bring_inputs_up_to_date = [&](Engine& engine) {
        if (is_direct) bring_up_to_date(database_, engine, *statement.query);
    };
    database_.engine.call_interruptible(this, bring_inputs_up_to_date, [&](Engine& engine) {
        if (statement.query) require_room(engine);
        AcknowledgementScope acknowledgements(engine);
        EngineTransaction transaction(engine);
        TableObject filled = table;
        if (is_direct) filled.name = pending_name(table.name);
        std::uint64_t count = rows ? rows->rows : 0;
        if (is_direct) {
            engine.execute(stored_table_ddl(filled));
            count =
                engine.query(fmt::format("INSERT INTO {} {}", engine_table_name(filled.name), sql.text)).rows_changed;
        }
        if (replaced) engine.execute(drop_relation_sql(*replaced));
        if (is_direct)
            engine.execute(fmt::format("ALTER TABLE {} RENAME TO {}", engine_table_name(filled.name),
                                       always_quote_identifier(fold_case(table.name))));
        else
            engine.execute(stored_table_ddl(table));
        if (rows) insert_rows(engine, table, *rows);
        keep(whole);
        transaction.commit();
        acknowledgements.keep();
        if (replaced) remove_table(*replaced, removed);
        apply_to_catalog(whole);
        if (count > 0) database_.progress.add_rows(table.name, count);
    });
    if (rows) acknowledge_read();
    leave(removed);
    return true;
}

/// Of a data directory: its rows are there.
bool StatementExecutor::make_again(const TableObject& table, const BoundStatement& whole, Diagnostics& diagnostics) {
    return database_.engine.call([&](Engine& engine) {
        const ResultTable rows =
            engine.query(fmt::format("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = {}",
                                     quote_string(fold_case(table.name))));
        if (rows.rows == 0) {
            diagnostics.error(DiagnosticCode::execution_failed, whole.span,
                              fmt::format("the rows of table \"{}\" are missing", table.name));
            return false;
        }
        apply_to_catalog(whole);
        return true;
    });
}

void StatementExecutor::create_stream_table(const TableObject& table, const BoundCreate& statement,
                                            const BoundStatement& whole) {
    const std::optional<TableObject> replaced = replaced_table(statement);
    const ConnectionObject definition =
        statement.connection ? *statement.connection : *catalog().find_as<ConnectionObject>(table.options.connector);
    // The connection that goes with a table has the name of the one that went with the table before it.
    const bool takes_name =
        statement.connection.has_value() && catalog().find_as<ConnectionObject>(definition.name) != nullptr;
    const std::string consumer = replaced && !takes_name ? pending_name(table.name) : table.name;
    const std::string key = "table:" + state_key(table.name, replaced.has_value());
    std::shared_ptr<InputChannel> channel;
    bool delivers_again = false;
    const bool is_source = table.options.stream == TableStream::messages;
    if (!table.only_sends() && can_read(definition)) {
        ConnectionInputOptions options = connection_input_options(definition, database_.connections.secrets());
        delivers_again = is_source && redelivers(definition);
        const StreamContent content = content_of(table, definition);
        if (content.is_records) {
            options.limits = {options.error_limit, options.limits.bytes, 0, {}};
            options.decoder = DecoderOptions{};
        }
        const auto schema = table_batch_schema(table, content);
        channel = std::make_shared<InputChannel>(schema, make_message_decoder(options.decoder, schema), options.limits,
                                                 requests());
    }
    Removed removed;
    if (takes_name)
        static_cast<void>(database_.connections.make_detached(definition));  // What is wrong with it shows now.
    else
        database_.connections.use(definition, consumer);
    try {
        database_.engine.call([&](Engine& engine) {
            EngineTransaction transaction(engine);
            if (replaced) engine.execute(drop_relation_sql(*replaced));
            std::unique_ptr<StreamInput> input;
            if (channel) input = StreamInput::for_table(engine, table, channel, key, state_store());
            if (delivers_again && state_store()) input->remember_messages();
            if (input && is_source && state_store() && can_be_read_again(definition)) input->number_by_place();
            keep(whole);
            transaction.commit();
            if (replaced) remove_table(*replaced, removed);
            if (input) database_.graph.add_table(table.name, std::move(input));
            apply_to_catalog(whole);
        });
    } catch (...) {
        if (!takes_name) database_.connections.stop_using(definition.name, consumer);
        throw;
    }
    if (takes_name) {
        leave(removed);
        database_.connections.use(definition, table.name);
    } else {
        take_place(removed, definition, consumer, table.name);
    }
    if (table.only_sends()) database_.connections.only_send(definition.name, table.name);
    if (channel) database_.connections.attach(definition.name, table.name, table.options.stream, channel);
    open_later(definition.name);
}

/// Engine thread: the rows of the old table, and what reads them without being in the catalog.
void StatementExecutor::remove_table(const TableObject& table, Removed& removed) {
    remove_subscriptions_to(table.name, removed);
    database_.progress.forget(table.name);
    if (table.is_stored()) return;
    // The view of its name is gone, or is that of another by now.
    if (StreamInput* input = database_.graph.find_table(table.name); input && input->retained())
        input->retained()->give_up_name();
    database_.graph.remove_table(table.name);
    if (const auto connection = database_.connections.find(table.options.connector))
        connection->forget_repeated(repeat_key_begin(table.name));
    removed.uses.push_back({table.options.connector, table.name});
}

/// Engine thread.
void StatementExecutor::remove_pipeline(const std::string& name, Removed& removed) {
    remove_subscriptions_to(name, removed);
    database_.progress.forget(name);
    const RunningPipeline* pipeline = database_.graph.find_pipeline(name);
    if (!pipeline) return;
    for (std::string& connection : connections_of(pipeline->query(), catalog().find_as<PipelineObject>(name)))
        removed.uses.push_back({std::move(connection), name});
    database_.graph.remove_pipeline(name);
}

/// Engine thread. Subscriptions are in no catalog, so that nothing keeps what they read from being dropped.
void StatementExecutor::remove_subscriptions_to(const std::string& object, Removed& removed) {
    for (const std::string& name : database_.graph.readers_of(object)) {
        if (database_.subscriptions.erase(name) == 0) continue;
        if (RunningPipeline* subscription = database_.graph.find_pipeline(name))
            subscription->fail(fmt::format("\"{}\" is no longer what it read: it was dropped or replaced", object));
        remove_pipeline(name, removed);
    }
}

void StatementExecutor::leave(const Removed& removed) {
    for (const Removed::Use& use : removed.uses) database_.connections.stop_using(use.connection, use.consumer);
}

/// The new object used the connection under another name until the old one was gone. A source that delivers nothing any
/// more begins anew for it, as for its first reader.
void StatementExecutor::take_place(const Removed& removed, const ConnectionObject& definition,
                                   const std::string& consumer, const std::string& name) {
    leave(removed);
    if (consumer == name) return;
    const auto live = database_.connections.find(definition.name);
    const ConnectionStatus status = live ? live->status() : ConnectionStatus();
    if (status.finished || status.state == ConnectionState::failed) {
        database_.connections.stop_using(definition.name, consumer);
        database_.connections.use(definition, name);
    } else {
        database_.connections.rename_consumer(definition.name, consumer, name);
    }
}

std::string StatementExecutor::pending_name(const std::string& name) const {
    std::string pending = name;
    do pending += " (replacing)";
    while (catalog().find(pending));
    return pending;
}

bool StatementExecutor::alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole,
                                         Diagnostics& diagnostics) {
    if (!check_keeping(whole, diagnostics)) return false;
    const ConnectionObject before = *catalog().find_as<ConnectionObject>(statement.object.name);
    // The successor may begin to read at once.
    if (database_.state_store)
        database_.engine.call([&](Engine&) {
            database_.graph.begin_anew(statement.object.name);
            database_.state_store->forget_uncommitted();
        });
    OptionProblem problem;
    if (resolve_option_set(*statement.object.connector->options, *statement.object.options,
                           database_.connections.secrets(), problem))
        problem.description = database_.connections.replace(statement.object);
    if (!problem.description.empty()) {
        diagnostics.error(DiagnosticCode::execution_failed, whole.span,
                          fmt::format("connection \"{}\" stays as it is: {}", statement.object.name,
                                      database_.connections.secrets().redact(problem.description)));
        return false;
    }
    const unsigned retries = connection_input_options(statement.object, database_.connections.secrets()).retries;
    try {
        database_.engine.call([&](Engine& engine) {
            keep_alone(engine, whole);
            database_.graph.set_retries(statement.object.name, retries);
            apply_to_catalog(whole);
        });
    } catch (...) {
        (void)database_.connections.replace(before);
        throw;
    }
    say_done(statement.changed.empty() ? "CREATE CONNECTION" : "ALTER CONNECTION");
    return true;
}

void StatementExecutor::drop(const BoundDrop& statement, const BoundStatement& whole) {
    Removed removed;
    database_.engine.call([&](Engine& engine) {
        // What may fail comes first, and changes nothing then.
        EngineTransaction transaction(engine);
        for (const BoundDrop::Target& target : statement.targets) {
            const auto* table =
                target.kind == ast::ObjectKind::table ? catalog().find_as<TableObject>(target.name) : nullptr;
            if (table) engine.execute(drop_relation_sql(*table));
            if (target.kind == ast::ObjectKind::function)
                engine.execute("DROP MACRO IF EXISTS " + quote_identifier(target.name));
        }
        keep(whole);
        transaction.commit();
        for (const BoundDrop::Target& target : statement.targets) {
            const auto* table =
                target.kind == ast::ObjectKind::table ? catalog().find_as<TableObject>(target.name) : nullptr;
            if (table)
                remove_table(*table, removed);
            else if (target.kind == ast::ObjectKind::pipeline)
                remove_pipeline(target.name, removed);
            else if (target.kind != ast::ObjectKind::function)
                remove_subscriptions_to(target.name, removed);
        }
        apply_to_catalog(whole);
    });
    leave(removed);
    say_done(statement.targets.empty() ? "DROP (nothing to drop)"
                                       : fmt::format("DROP {}", upper_case(kind_name(statement.kind))));
}

void StatementExecutor::pause_or_resume(const BoundPauseResume& statement) {
    if (database_.stored_catalog && !restoring_) {
        database_.engine.call(
            [&](Engine&) { database_.stored_catalog->set_paused(statement.kind, statement.name, !statement.resume); });
    }
    if (statement.kind == ast::ObjectKind::pipeline) {
        database_.engine.call([&](Engine&) {
            RunningPipeline* pipeline = database_.graph.find_pipeline(statement.name);
            if (!pipeline) return;
            statement.resume ? pipeline->resume() : pipeline->pause();
        });
        database_.engine.request_cycle();
    } else if (const auto connection = database_.connections.find(statement.name)) {
        statement.resume ? connection->resume() : connection->pause();
    }
    say_done(fmt::format("{} {}", statement.resume ? "RESUME" : "PAUSE", upper_case(kind_name(statement.kind))));
}

StreamContent StatementExecutor::content_of(const TableObject& table) const {
    return content_of(table, *catalog().find_as<ConnectionObject>(table.options.connector));
}

StreamContent StatementExecutor::content_of(const TableObject& table, const ConnectionObject& connection) const {
    if (table.options.stream != TableStream::messages) return StreamContent::records();
    return connection_input_options(connection, database_.connections.secrets()).decoder.format;
}

}  // namespace laminar
