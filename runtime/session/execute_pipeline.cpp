#include <fmt/format.h>

#include <map>
#include <utility>

#include "catalog/query/scope.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/registry/connections.h"
#include "runtime/database/connection_sink.h"
#include "runtime/flow/inputs/connection_input.h"
#include "runtime/flow/inputs/late_typed_input.h"
#include "runtime/flow/inputs/relation_input.h"
#include "runtime/flow/inputs/table_input.h"
#include "runtime/flow/inputs/upstream_input.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/flow/sinks/stored_table_sink.h"
#include "runtime/flow/sinks/stream_sink.h"
#include "runtime/plan/planned_query.h"
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

StatementExecutor::OpenInputs StatementExecutor::open_inputs(const std::string& consumer, const std::string& key,
                                                             const BoundQuery& query, bool is_kept) {
    OpenInputs opened;
    std::map<const StreamInput*, std::shared_ptr<PastRows>> past_rows;
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        const QueryInput& input = query.inputs[index];
        std::shared_ptr<InputChannel> channel;
        switch (input.kind) {
            case InputKind::stream_table: {
                const auto& table = *catalog().find_as<TableObject>(input.object);
                const std::string& connection = table.options.connector;
                InputOrigin source{connection, content_of(table), 0, is_up(connection)};
                source.retries = connection_input_options(*catalog().find_as<ConnectionObject>(connection),
                                                          database_.connections.secrets())
                                     .retries;
                database_.engine.call([&](Engine&) {
                    StreamInput& stream = *database_.graph.find_table(input.object);
                    std::shared_ptr<PastRows>& past = past_rows[&stream];
                    if (!past && stream.retained()) past = std::make_shared<PastRows>(stream);
                    opened.inputs.push_back(
                        std::make_unique<TableInput>(input, stream, std::move(source), input_time(table), past));
                });
                break;
            }
            case InputKind::pipeline:
                database_.engine.call([&](Engine&) {
                    opened.inputs.push_back(
                        std::make_unique<UpstreamInput>(input, database_.graph.find_pipeline(input.object)->output()));
                });
                break;
            case InputKind::connection:
                opened.inputs.push_back(open_connection(consumer, key, index, input, is_kept, channel));
                break;
            case InputKind::stored_table:
            case InputKind::system_table:
                opened.inputs.push_back(std::make_unique<RelationInput>(input));
                break;
        }
        opened.channels.push_back(std::move(channel));
    }
    return opened;
}

std::unique_ptr<PipelineInput> StatementExecutor::open_connection(const std::string& consumer, const std::string& key,
                                                                  std::size_t index, const QueryInput& input,
                                                                  bool is_kept,
                                                                  std::shared_ptr<InputChannel>& channel) {
    const auto& definition = *catalog().find_as<ConnectionObject>(input.object);
    ConnectionInputOptions options = connection_input_options(definition, database_.connections.secrets());
    options.decoder.tolerant = true;
    const MessageFormat format = options.decoder.format;
    const bool late = needs_late_typing(input);
    options.decoder.guessed_types = late;  // What will be no row of fields is an error from the first message on.
    const auto schema = late ? LateTyping::raw_schema(format) : connection_batch_schema(input, format);
    channel = std::make_shared<InputChannel>(schema, make_message_decoder(options.decoder, schema), options.limits,
                                             requests());
    database_.connections.use(definition, consumer);
    InputOrigin source{definition.name, format, options.retries, is_up(definition.name)};
    return database_.engine.call([&](Engine& engine) -> std::unique_ptr<PipelineInput> {
        auto stream = StreamInput::for_connection(engine, fmt::format("{}#{}", key, index), channel);
        stream->set_connection(definition.name);
        if (is_kept) stream->keep_in(*state_store(), RunningPipeline::owner_of(key), PipelineInputs::part_of(index));
        if (is_kept && redelivers(definition)) stream->remember_messages();
        if (is_kept && can_be_read_again(definition)) stream->number_by_place();
        if (late) return std::make_unique<LateTypedInput>(input, std::move(stream), std::move(source), options.decoder);
        return std::make_unique<ConnectionInput>(input, std::move(stream), std::move(source));
    });
}

InputChannel::Requests StatementExecutor::requests() {
    return {[&engine = database_.engine](EngineThread::Clock::time_point due) { engine.request_cycle(due); },
            [&engine = database_.engine] { engine.request_cycle_now(); }};
}

RunningPipeline::SinkMaker StatementExecutor::sink_maker(const std::string& name, const std::string& key,
                                                         const PipelineObject* definition) {
    if (!definition || definition->sink.empty()) {
        auto queue = printer_.queue();
        if (definition && !prints_pipelines_) {
            queue = std::make_shared<StreamQueue>(SlowReader::loses_rows, 0, [] {});
            queue->close();  // What is put there is dropped.
        }
        return [queue = std::move(queue), name, holds_back = state_store() != nullptr](
                   Engine&, const std::vector<OutputColumn>&) { return make_stream_sink(queue, name, holds_back); };
    }
    const TableObject& table = *catalog().find_as<TableObject>(definition->sink);
    if (table.is_stored()) {
        return [table, key](Engine& engine, const std::vector<OutputColumn>& columns) {
            return make_stored_table_sink(engine, table, key + ":sink", columns);
        };
    }
    return [&database = database_, table, key](Engine& engine, const std::vector<OutputColumn>&) {
        if (!database.state_store) return make_connection_sink(database.connections, table);
        return make_connection_sink(
            database.connections, table,
            SinkKeeping{engine, *database.state_store, *database.written_lengths, RunningPipeline::owner_of(key)});
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
    const std::string consumer = start.replaces ? pending_name(start.name) : start.name;
    const std::string key = state_key(start.name, start.replaces);
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
    OpenInputs opened;
    Removed removed;
    const auto give_up = [&] {
        database_.engine.call([&](Engine&) { opened.inputs.clear(); });
        for (const std::string& connection : connections_of(query, definition))
            database_.connections.stop_using(connection, consumer);
    };
    try {
        if (!sink_connection.empty())
            database_.connections.use(*catalog().find_as<ConnectionObject>(sink_connection), consumer);
        opened = open_inputs(consumer, key, query, definition && state_store());
        database_.engine.call([&](Engine& engine) {
            auto pipeline = std::make_unique<RunningPipeline>(
                engine, key, query, start.facts, std::move(opened.inputs), std::move(columns),
                sink_maker(start.label, key, definition), text, aggregates, definition ? state_store() : nullptr);
            pipeline->take_name(start.name);
            if (definition) pipeline->set_options(definition->options);
            if (!definition)
                pipeline->set_on_failure([queue = printer_.queue(), stream = start.label,
                                          &connections = database_.connections](const std::string& reason) {
                    queue->put_failure(stream, connections.secrets().redact(reason));
                });
            // Whoever gets the rows may have sent the messages, and waits for the answer.
            if (pipeline->inputs().fed_by().contains(sink_connection)) pipeline->let_nothing_wait();
            if (database_.wall_clock) pipeline->set_wall_clock(database_.wall_clock);
            // What has arrived belongs to the old one.
            if (start.replaces) database_.graph.cycle(engine, TakeIn::everything);
            if (start.statement) keep_alone(engine, *start.statement);
            if (start.replaces) remove_pipeline(start.name, removed);
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
    database_.engine.request_cycle();
    leave(removed);
    for (const std::string& connection : connections_of(query, definition)) {
        take_place({}, *catalog().find_as<ConnectionObject>(connection), consumer, start.name);
        open_later(connection);
    }
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        if (const auto& channel = opened.channels[index])
            database_.connections.attach(query.inputs[index].object, start.name, TableStream::messages, channel);
    }
    return true;
}

void StatementExecutor::open_later(const std::string& connection) { ready_.push_back(connection); }

void StatementExecutor::open_connections() {
    for (const std::string& name : std::exchange(ready_, {})) {
        // It may be gone again.
        const auto connection = database_.connections.find(name);
        if (!connection) continue;
        begin_where_readers_are(name, *connection);
        keep_file_length(name, *connection);
        connection->open();
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
    if (!start_pipeline({name, statement.name, statement.query, statement.facts}, span, diagnostics)) return false;
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
