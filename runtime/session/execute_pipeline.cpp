#include <fmt/format.h>

#include <utility>

#include "catalog/query/scope.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/registry/connections.h"
#include "runtime/database/connection_sink.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/input_time.h"
#include "runtime/session/query_error.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

const FunctionNames& StatementExecutor::aggregate_functions() {
    if (aggregate_functions_.empty()) {
        const ResultTable names = database_.engine.call([](Engine& engine) {
            return engine.query(
                "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'");
        });
        for (std::size_t row = 0; row < names.rows; ++row) aggregate_functions_.emplace(names.values[0].string_at(row));
    }
    return aggregate_functions_;
}

std::vector<RunningPipeline::Source> StatementExecutor::open_sources(const std::string& consumer,
                                                                     const std::string& key, const BoundQuery& query) {
    std::vector<RunningPipeline::Source> sources;
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        const QueryInput& input = query.inputs[index];
        RunningPipeline::Source source;
        if (input.kind == InputKind::stream_table) {
            const auto& table = *catalog().find_as<TableObject>(input.object);
            source.content = content_of(table);
            source.connection = table.options.connector;
            source.retries = connection_input_options(*catalog().find_as<ConnectionObject>(source.connection),
                                                      database_.connections.secrets())
                                 .retries;
            database_.engine.call([&](Engine&) { source.stream = database_.graph.find_table(input.object); });
            source.reads_past = source.stream && source.stream->retained();
            source.time = input_time(table);
            source.is_up = is_up(table.options.connector);
        } else if (input.kind == InputKind::pipeline) {
            database_.engine.call([&](Engine&) { source.upstream = database_.graph.find_pipeline(input.object); });
        } else if (input.kind == InputKind::connection) {
            const auto& definition = *catalog().find_as<ConnectionObject>(input.object);
            ConnectionInputOptions options = connection_input_options(definition, database_.connections.secrets());
            options.decoder.tolerant = true;
            const MessageFormat format = options.decoder.format;
            source.content = format;
            source.is_up = is_up(definition.name);
            source.connection = definition.name;
            source.retries = options.retries;
            const bool late = needs_late_typing(input);
            if (late) source.late_typing = std::make_unique<LateTyping>(input, options.decoder);
            options.decoder.guessed_types =
                late;  // What will be no row of fields is an error from the first message on.
            const auto schema = late ? LateTyping::raw_schema(format) : connection_batch_schema(input, format);
            const auto channel = std::make_shared<InputChannel>(
                schema, make_message_decoder(options.decoder, schema), options.limits,
                [&engine = database_.engine] { engine.wake(); }, [&engine = database_.engine] { engine.hurry(); });
            database_.connections.use(definition, consumer);
            database_.engine.call([&](Engine& engine) {
                source.own_stream = StreamInput::for_connection(engine, fmt::format("{}#{}", key, index), channel);
            });
            source.own_stream->set_connection(definition.name);
            source.stream = source.own_stream.get();
        }
        sources.push_back(std::move(source));
    }
    return sources;
}

RunningPipeline::SinkMaker StatementExecutor::sink_maker(const std::string& name, const std::string& key,
                                                         const PipelineObject* definition) {
    if (!definition || definition->sink.empty()) {
        return [queue = printer_.queue(), name](Engine&, const std::vector<OutputColumn>&) {
            return make_stream_sink(queue, name);
        };
    }
    const TableObject& table = *catalog().find_as<TableObject>(definition->sink);
    if (table.is_stored()) {
        return [table, key](Engine& engine, const std::vector<OutputColumn>& columns) {
            return make_stored_table_sink(engine, table, key + ":sink", columns);
        };
    }
    return [&connections = database_.connections, table](Engine&, const std::vector<OutputColumn>&) {
        return make_connection_sink(connections, table.options.connector, table.options.changelog, table.name);
    };
}

std::function<bool()> StatementExecutor::is_up(const std::string& connection) {
    return [&database = database_, connection] {
        if (database.wall_clock) return false;
        const auto live = database.connections.find(connection);
        if (!live) return false;
        const ConnectionState state = live->status().state;
        return state == ConnectionState::connected || state == ConnectionState::listening;
    };
}

bool StatementExecutor::start_pipeline(const PipelineStart& start, SourceSpan span, Diagnostics& diagnostics) {
    const PipelineObject* definition = start.definition;
    const BoundQuery& query = start.query;
    const std::string consumer = start.replaces ? pending_consumer(start.name) : start.name;
    const std::string key = start.replaces ? engine_key(start.name) : start.name;
    const FunctionNames& aggregates = aggregate_functions();
    const SourceTextPtr text = diagnostics.source();
    std::vector<OutputColumn> columns;
    std::string stored_sink;
    std::string sink_connection;
    if (definition && !definition->sink.empty()) {
        const TableObject& table = *catalog().find_as<TableObject>(definition->sink);
        columns = sink_columns(table, definition->sink_columns);
        (table.is_stored() ? stored_sink : sink_connection) = table.is_stored() ? table.name : table.options.connector;
    }
    std::vector<RunningPipeline::Source> sources;
    std::vector<std::shared_ptr<InputChannel>> channels;
    Removed removed;
    const auto give_up = [&] {
        database_.engine.call([&](Engine&) { sources.clear(); });
        for (const std::string& connection : connections_of(query, definition))
            database_.connections.stop_using(connection, consumer);
    };
    try {
        if (!sink_connection.empty())
            database_.connections.use(*catalog().find_as<ConnectionObject>(sink_connection), consumer);
        sources = open_sources(consumer, key, query);
        for (const auto& source : sources)
            channels.push_back(source.own_stream ? source.own_stream->shared_channel() : nullptr);
        database_.engine.call([&](Engine& engine) {
            auto pipeline =
                std::make_unique<RunningPipeline>(engine, key, query, std::move(sources), std::move(columns),
                                                  sink_maker(start.label, key, definition), text, aggregates);
            pipeline->take_name(start.name);
            if (definition) pipeline->set_state_limit(definition->options.state_limit);
            if (database_.wall_clock) pipeline->set_wall_clock(database_.wall_clock);
            if (start.replaces) {
                database_.graph.cycle(engine, true);  // What has arrived belongs to the old one.
                remove_pipeline(start.name, removed);
            }
            database_.graph.add_pipeline(std::move(pipeline), definition ? definition->sink : "", stored_sink);
            if (!definition) database_.subscriptions.insert(start.name);
            if (start.statement) apply_to_catalog(*start.statement);
        });
    } catch (const EngineException& problem) {
        give_up();
        report_engine_error(problem.error(), nullptr, span, diagnostics);
        return false;
    } catch (const PlanRefused& problem) {
        give_up();
        for (const Diagnostic& finding : problem.findings().all()) diagnostics.add(finding);
        return false;
    } catch (...) {
        give_up();
        throw;
    }
    database_.engine.wake();
    leave(removed);
    for (const std::string& connection : connections_of(query, definition)) {
        take_place({}, *catalog().find_as<ConnectionObject>(connection), consumer, start.name);
        open_later(connection);
    }
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        if (channels[index])
            database_.connections.attach(query.inputs[index].object, start.name, TableStream::messages,
                                         channels[index]);
    }
    return true;
}

void StatementExecutor::open_later(const std::string& connection) { ready_.push_back(connection); }

void StatementExecutor::open_connections() {
    for (const std::string& name : std::exchange(ready_, {})) {
        // It may be gone again.
        if (const auto connection = database_.connections.find(name)) connection->open();
    }
}

std::vector<std::string> StatementExecutor::connections_of(const BoundQuery& query,
                                                           const PipelineObject* definition) const {
    std::vector<std::string> connections;
    const auto add = [&](const std::string& name) {
        if (!contains_name(connections, name)) connections.push_back(name);
    };
    for (const QueryInput& input : query.inputs) {
        if (input.kind == InputKind::connection) add(input.object);
    }
    const auto* table =
        definition && !definition->sink.empty() ? catalog().find_as<TableObject>(definition->sink) : nullptr;
    if (table && !table->is_stored()) add(table->options.connector);
    return connections;
}

bool StatementExecutor::subscribe(const BoundSubscribe& statement, SourceSpan span, Diagnostics& diagnostics) {
    const std::string name = fmt::format("subscription {}", ++database_.last_subscription);
    if (!start_pipeline({name, statement.name, statement.query}, span, diagnostics)) return false;
    own_subscriptions_.push_back(name);
    say_done("SUBSCRIBE");
    return true;
}

void StatementExecutor::remove_subscriptions() {
    const std::vector<std::string> names = std::exchange(own_subscriptions_, {});
    if (names.empty()) return;
    const PinnedCatalog pinned(*this);
    Removed removed;
    database_.engine.call([&](Engine&) {
        for (const std::string& name : names) {
            if (database_.subscriptions.erase(name) > 0) remove_pipeline(name, removed);
        }
    });
    leave(removed);
}

bool StatementExecutor::show_streams(std::uint64_t put_rows) {
    return wait([&] { return printer_.queue()->shown_rows() >= put_rows; }, {});
}

}  // namespace laminar
