#include <fmt/format.h>

#include <utility>

#include "connectors/connection_factory.h"
#include "runtime/plan/input_time.h"
#include "runtime/query_error.h"
#include "runtime/statement_executor.h"
#include "runtime/stream_schema.h"

namespace laminar {

const FunctionNames& StatementExecutor::aggregate_functions() {
    if (aggregate_functions_.empty()) {
        const ResultTable names = env_.engine.call([](Engine& engine) {
            return engine.query(
                "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'");
        });
        for (std::size_t row = 0; row < names.rows; ++row) aggregate_functions_.emplace(names.values[0].string_at(row));
    }
    return aggregate_functions_;
}

std::vector<RunningPipeline::Source> StatementExecutor::open_sources(const std::string& consumer,
                                                                     const BoundQuery& query) {
    std::vector<RunningPipeline::Source> sources;
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        const QueryInput& input = query.inputs[index];
        RunningPipeline::Source source;
        if (input.kind == InputKind::stream_table) {
            const auto& table = *env_.catalog.find_as<TableObject>(input.object);
            source.format = format_of(table.options.connector);
            source.connection = table.options.connector;
            source.retries =
                connection_input_options(*env_.catalog.find_as<ConnectionObject>(source.connection)).retries;
            env_.engine.call([&](Engine&) { source.stream = env_.graph.find_table(input.object); });
            source.reads_past = source.stream && source.stream->retained();
            source.time = input_time(table);
            source.is_up = is_up(table.options.connector);
        } else if (input.kind == InputKind::pipeline) {
            env_.engine.call([&](Engine&) { source.upstream = env_.graph.find_pipeline(input.object); });
        } else if (input.kind == InputKind::connection) {
            const auto& definition = *env_.catalog.find_as<ConnectionObject>(input.object);
            ConnectionInputOptions options = connection_input_options(definition);
            options.decoder.tolerant = true;
            source.format = options.decoder.format;
            source.is_up = is_up(definition.name);
            source.connection = definition.name;
            source.retries = options.retries;
            const bool late = needs_late_typing(input);
            if (late) source.late_typing = std::make_unique<LateTyping>(input, options.decoder);
            const auto schema =
                late ? LateTyping::raw_schema(source.format) : connection_batch_schema(input, source.format);
            const auto channel = std::make_shared<InputChannel>(
                schema, make_message_decoder(options.decoder, schema), options.limits, [this] { env_.engine.wake(); },
                [this] { env_.engine.hurry(); });
            env_.connections.use(definition, consumer);
            env_.engine.call([&](Engine& engine) {
                source.own_stream = StreamInput::for_connection(engine, fmt::format("{}#{}", consumer, index), channel);
            });
            source.own_stream->set_connection(definition.name);
            source.stream = source.own_stream.get();
        }
        sources.push_back(std::move(source));
    }
    return sources;
}

RunningPipeline::SinkMaker StatementExecutor::sink_maker(const std::string& name, const PipelineObject* definition) {
    if (!definition || definition->sink.empty()) {
        return [this, name](Engine&, const std::vector<OutputColumn>&) {
            return make_callback_sink([this, name](const ResultTable& rows) { env_.output.stream_rows(name, rows); });
        };
    }
    const TableObject& table = *env_.catalog.find_as<TableObject>(definition->sink);
    if (table.is_stored()) {
        return [table, name](Engine& engine, const std::vector<OutputColumn>& columns) {
            return make_stored_table_sink(engine, table, name + ":sink", columns);
        };
    }
    return [this, table](Engine&, const std::vector<OutputColumn>&) {
        return make_connection_sink(env_.connections, table.options.connector, table.options.changelog, table.name);
    };
}

std::function<bool()> StatementExecutor::is_up(const std::string& connection) {
    return [this, connection] {
        if (env_.wall_clock) return false;
        const auto live = env_.connections.find(connection);
        if (!live) return false;
        const ConnectionState state = live->status().state;
        return state == ConnectionState::connected || state == ConnectionState::listening;
    };
}

bool StatementExecutor::start_pipeline(const std::string& name, const std::string& label, const BoundQuery& query,
                                       const PipelineObject* definition, SourceSpan span, Diagnostics& diagnostics) {
    if (!query.reads_stream()) {
        diagnostics.error(DiagnosticCode::unsupported_on_stream, span,
                          "the query reads no stream, so nothing would ever drive it",
                          "use INSERT INTO ... SELECT to run it once");
        return false;
    }
    const FunctionNames& aggregates = aggregate_functions();
    const SourceTextPtr text = diagnostics.source();
    std::vector<OutputColumn> columns;
    std::string stored_sink;
    if (definition && !definition->sink.empty()) {
        const TableObject& table = *env_.catalog.find_as<TableObject>(definition->sink);
        columns = sink_columns(table, definition->sink_columns);
        if (table.is_stored())
            stored_sink = table.name;
        else {
            env_.connections.use(*env_.catalog.find_as<ConnectionObject>(table.options.connector), name);
            open_later(table.options.connector);
        }
    }
    std::vector<RunningPipeline::Source> sources = open_sources(name, query);
    std::vector<std::shared_ptr<InputChannel>> channels;
    for (const auto& source : sources)
        channels.push_back(source.own_stream ? source.own_stream->shared_channel() : nullptr);
    try {
        env_.engine.call([&](Engine& engine) {
            auto pipeline =
                std::make_unique<RunningPipeline>(engine, name, query, std::move(sources), std::move(columns),
                                                  sink_maker(label, definition), text, aggregates);
            if (definition) pipeline->set_state_limit(definition->options.state_limit);
            if (env_.wall_clock) pipeline->set_wall_clock(env_.wall_clock);
            env_.graph.add_pipeline(std::move(pipeline), definition ? definition->sink : "", stored_sink);
        });
    } catch (const EngineException& problem) {
        env_.engine.call([&](Engine&) { sources.clear(); });
        stop_using_connections(name, query, definition);
        report_engine_error(problem.error(), nullptr, span, diagnostics);
        return false;
    } catch (const PlanRefused& problem) {
        env_.engine.call([&](Engine&) { sources.clear(); });
        stop_using_connections(name, query, definition);
        for (const Diagnostic& finding : problem.findings().all()) diagnostics.add(finding);
        return false;
    }
    env_.engine.wake();
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        if (!channels[index]) continue;
        const std::string& connection = query.inputs[index].object;
        env_.connections.attach(connection, name, TableStream::messages, channels[index]);
        open_later(connection);
    }
    return true;
}

void StatementExecutor::open_later(const std::string& connection) { ready_.push_back(connection); }

void StatementExecutor::open_connections() {
    for (const std::string& name : std::exchange(ready_, {})) {
        // It may be gone again.
        if (const auto connection = env_.connections.find(name)) connection->open();
    }
}

void StatementExecutor::stop_using_connections(const std::string& name, const BoundQuery& query,
                                               const PipelineObject* definition) {
    for (const QueryInput& input : query.inputs) {
        if (input.kind == InputKind::connection) env_.connections.stop_using(input.object, name);
    }
    if (!definition || definition->sink.empty()) return;
    const auto* table = env_.catalog.find_as<TableObject>(definition->sink);
    if (table && !table->is_stored()) env_.connections.stop_using(table->options.connector, name);
}

void StatementExecutor::stop_pipeline(const std::string& name) {
    const auto* definition = env_.catalog.find_as<PipelineObject>(name);
    BoundQuery query;
    env_.engine.call([&](Engine&) {
        if (const RunningPipeline* pipeline = env_.graph.find_pipeline(name)) query = pipeline->query();
    });
    stop_using_connections(name, query, definition);
    env_.engine.call([&](Engine&) { env_.graph.remove_pipeline(name); });
}

bool StatementExecutor::subscribe(const BoundSubscribe& statement, SourceSpan span, Diagnostics& diagnostics) {
    const std::string name = fmt::format("subscription {}", next_subscription_);
    if (!start_pipeline(name, statement.name, statement.query, nullptr, span, diagnostics)) return false;
    ++next_subscription_;
    subscriptions_.push_back(name);
    env_.output.done("SUBSCRIBE");
    return true;
}

void StatementExecutor::end_subscriptions() {
    for (const std::string& name : std::exchange(subscriptions_, {})) stop_pipeline(name);
}

}  // namespace laminar
