#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <future>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "connectors/connection_context.h"
#include "parser/write/sql_writer.h"
#include "runtime/engine/messages/enumeration_error.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/input_time.h"
#include "runtime/plan/plan_text.h"
#include "runtime/plan/retained_windows.h"
#include "runtime/session/query_error.h"
#include "runtime/session/result_builder.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

constexpr std::chrono::milliseconds connection_test_timeout{10'000};

std::string_view input_kind_name(InputKind kind) {
    switch (kind) {
        case InputKind::stream_table:
            return "stream table";
        case InputKind::stored_table:
            return "stored table";
        case InputKind::connection:
            return "connection";
        case InputKind::pipeline:
            return "pipeline";
        case InputKind::system_table:
            return "system table";
    }
    return "relation";
}

/// {"ok": true, "elapsed_ms": 3.2, "steps": [{"step": "resolve", "ok": true, "elapsed_ms": 0.1, "detail": "..."}]}
std::string connection_test_json(const std::vector<ConnectionTestStep>& steps) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto milliseconds = [](std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1000.0; };
    bool ok = !steps.empty();
    std::chrono::microseconds total{};
    for (const ConnectionTestStep& step : steps) {
        ok = ok && step.ok;
        total += step.elapsed;
    }
    const auto key = [&](std::string_view name) {
        writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    };
    const auto text = [&](std::string_view value) {
        writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    writer.StartObject();
    key("ok");
    writer.Bool(ok);
    key("elapsed_ms");
    writer.Double(milliseconds(total));
    key("steps");
    writer.StartArray();
    for (const ConnectionTestStep& step : steps) {
        writer.StartObject();
        key("step");
        text(step.step);
        key("ok");
        writer.Bool(step.ok);
        key("elapsed_ms");
        writer.Double(milliseconds(step.elapsed));
        key("detail");
        text(step.detail);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

WrittenSql StatementExecutor::retained_sql(const BoundQuery& query) {
    const std::function<std::string(const ast::BoundScan&)> scan_text = [&](const ast::BoundScan& scan) -> std::string {
        const QueryInput& input = query.inputs[scan.input];
        switch (input.kind) {
            case InputKind::stored_table:
                return engine_table_name(input.object);
            case InputKind::system_table:
                return fmt::format("laminar_system({})", quote_string(input.object));
            default: {
                const auto& table = *env_.catalog.find_as<TableObject>(input.object);
                return scan_sql(input, content_of(table), engine_table_name(input.object));
            }
        }
    };
    if (query.uses_window_functions_of_time) {
        const FunctionNames& aggregates = aggregate_functions();
        return env_.engine.call([&](Engine& engine) {
            const auto describe = [&](const std::string& sql) { return engine.prepare(sql)->columns(); };
            return write_with_windows(query, aggregates, describe, scan_text);
        });
    }
    SqlWriterOptions options;
    options.scan_text = scan_text;
    return write_query(query.query, options);
}

void StatementExecutor::prepare_for_reading() {
    // What has arrived by now belongs to the answer; what is past its retention does not (show_retained).
    env_.engine.call([&](Engine& engine) { env_.graph.cycle(engine, true); });
}

void StatementExecutor::show_retained(const BoundQuery& query) {
    for (const QueryInput& input : query.inputs) {
        if (input.kind != InputKind::stream_table) continue;
        if (StreamInput* stream = env_.graph.find_table(input.object); stream && stream->retained())
            stream->retained()->make_readable();
    }
}

bool StatementExecutor::run_connection_tests(const BoundQuery& query) {
    for (const std::string& name : query.connection_tests) {
        std::shared_ptr<Connection> connection = env_.connections.find(name);
        if (!connection) connection = env_.connections.make_detached(*env_.catalog.find_as<ConnectionObject>(name));
        const auto result = std::make_shared<std::promise<std::vector<ConnectionTestStep>>>();
        std::future<std::vector<ConnectionTestStep>> steps = result->get_future();
        connection->test(connection_test_timeout,
                         [result, &progress = env_.progress](std::vector<ConnectionTestStep> done) {
                             result->set_value(std::move(done));
                             progress.notify();
                         });
        if (!env_.progress.wait([&] { return steps.wait_for(std::chrono::seconds(0)) == std::future_status::ready; },
                                {}))
            return false;
        const std::string json = connection_test_json(steps.get());
        env_.engine.call([&](Engine& engine) { engine.set_connection_test_result(name, json); });
    }
    return true;
}

bool StatementExecutor::select(const BoundQuery& query, SourceSpan span, Diagnostics& diagnostics) {
    prepare_for_reading();
    if (!run_connection_tests(query)) {
        diagnostics.error(DiagnosticCode::cancelled, span, "the query was cancelled");
        return false;
    }
    const WrittenSql sql = retained_sql(query);
    bool complete = true;  // A cancellation that comes after the last row has nothing to cancel.
    try {
        env_.engine.call_interruptible([&](Engine& engine) {
            show_retained(query);
            AcknowledgementScope acknowledgements(engine);
            const auto statement = engine.prepare(sql.text);
            env_.output.begin_result(statement->columns());
            statement->execute([&](const ResultTable& rows) {
                complete = !env_.progress.cancelled();
                if (complete) env_.output.rows(rows);
                return complete;
            });
            env_.output.end_result();
            acknowledgements.keep();
        });
    } catch (const EngineException& problem) {
        report_engine_error(problem.error(), &sql, span, diagnostics);
        return false;
    }
    if (!complete) diagnostics.error(DiagnosticCode::cancelled, span, "the query was cancelled");
    return complete;
}

bool StatementExecutor::insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics) {
    prepare_for_reading();
    const TableObject& table = *env_.catalog.find_as<TableObject>(statement.table);
    WrittenSql sql = retained_sql(statement.query);
    try {
        if (!table.is_stored()) return insert_into_connection(statement, table, span, diagnostics);
        std::string columns;
        for (const std::string& column : statement.columns) {
            columns += columns.empty() ? " (" : ", ";
            columns += quote_identifier(engine_name_of(table.columns, column));
        }
        if (!columns.empty()) columns += ')';
        const std::string head = fmt::format("INSERT INTO {}{} ", engine_table_name(table.name), columns);
        for (WrittenSql::Origin& origin : sql.origins) origin.begin += static_cast<std::uint32_t>(head.size());
        sql.text = head + sql.text;
        const std::uint64_t count = env_.engine.call_interruptible([&](Engine& engine) {
            show_retained(statement.query);
            return engine.query(sql.text).rows_changed;
        });
        env_.progress.add_rows(table.name, count);
        env_.output.done(fmt::format("INSERT {}", count));
        return true;
    } catch (const EngineException& problem) {
        EngineError error = problem.error();
        std::vector<StoredColumn> stored;
        for (const ColumnObject& column : table.columns) stored.push_back({column.name, column.type});
        if (error.type == "Conversion") tell_of_enumerations(error.message, stored);
        report_engine_error(error, &sql, span, diagnostics);
        return false;
    }
}

bool StatementExecutor::insert_into_connection(const BoundInsert& statement, const TableObject& table, SourceSpan span,
                                               Diagnostics& diagnostics) {
    const std::vector<OutputColumn> shape = sink_columns(table, statement.columns);
    std::string sql = retained_sql(statement.query).text;
    if (!shape.empty()) sql = shape_for_sink(sql, shape);
    std::unique_ptr<SinkWriter> sink;
    std::uint64_t count = 0;
    env_.engine.call_interruptible([&](Engine& engine) {
        show_retained(statement.query);
        const ResultTable rows = engine.query(sql);
        sink = make_connection_sink(env_.connections, table.options.connector, table.options.changelog, table.name);
        (void)sink->write(rows, 0);
        count = rows.rows;
    });
    // Done means handed to the connection: its bounded queue has taken every message.
    const auto handed_over = [&] { return env_.engine.call([&](Engine&) { return sink->flush(); }); };
    if (!env_.progress.wait(handed_over, {})) {
        diagnostics.error(DiagnosticCode::cancelled, span,
                          "the INSERT was cancelled before all messages were handed over");
        return false;
    }
    const auto connection = env_.connections.find(table.options.connector);
    // Where no peer is waited for, a failure that comes at once is the statement's, too.
    Connection::Writing writing = Connection::Writing::done;
    if (connection && sink->undeliverable() == 0) {
        const auto watched = connection->watch_writing();
        const auto written = [&] { return (writing = watched()) != Connection::Writing::going_on; };
        if (!env_.progress.wait(written, {})) {
            diagnostics.error(DiagnosticCode::cancelled, span,
                              "the INSERT was cancelled before all messages were written");
            return false;
        }
    }
    if (writing == Connection::Writing::failed) {
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("not all of {} rows were taken: connection \"{}\" has failed: {}", count,
                                      table.options.connector, connection->status().last_error));
        return false;
    }
    if (const std::uint64_t lost = sink->undeliverable(); lost > 0) {
        const ConnectionStatus status = connection ? connection->status() : ConnectionStatus{};
        diagnostics.error(DiagnosticCode::execution_failed, span,
                          fmt::format("{} of {} messages could not be sent on connection \"{}\" ({}{})", lost, count,
                                      table.options.connector, connection_state_name(status.state),
                                      status.last_error.empty() ? "" : ": " + status.last_error));
        return false;
    }
    env_.output.done(fmt::format("INSERT {}", count));
    return true;
}

bool StatementExecutor::wait_for(const BoundWaitFor& statement, SourceSpan span, Diagnostics& diagnostics) {
    const std::uint64_t wanted = statement.count.value_or(1);
    const bool for_connection = statement.kind == ast::ObjectKind::connection;
    std::string given_up;
    ConnectionStatus status;
    std::uint64_t seen = 0;
    const auto count_seen = [&] {
        return statement.read ? env_.progress.rows_read(statement.name) : env_.progress.rows(statement.name);
    };
    const auto satisfied = [&] {
        if (for_connection) {
            const auto connection = env_.connections.find(statement.name);
            if (!connection) {
                given_up = "it is not open: no table, pipeline or subscription uses it";
                return true;
            }
            status = connection->status();
            seen = status.messages_received;
            if (status.state == ConnectionState::failed) {
                given_up = "it failed: " + status.last_error;
                return true;
            }
            if (statement.count) return seen >= wanted;
            return status.state == ConnectionState::connected || status.state == ConnectionState::listening;
        }
        seen = count_seen();
        if (seen >= wanted) return true;
        if (statement.kind == ast::ObjectKind::pipeline) {
            env_.engine.call([&](Engine&) {
                const RunningPipeline* pipeline = env_.graph.find_pipeline(statement.name);
                if (pipeline && pipeline->state() == PipelineState::failed)
                    given_up = "it failed: " + pipeline->last_error();
            });
        }
        if (given_up.empty() && env_.connections.sources_ended() &&
            env_.engine.call([&](Engine&) { return env_.graph.is_dry() && env_.graph.has_finished(); })) {
            // Windows have closed, too: everything that will ever come has come; look once more, for the last rows may
            // just have been counted.
            seen = count_seen();
            if (seen < wanted) given_up = "no source will deliver any more";
        }
        return seen >= wanted || !given_up.empty();
    };
    std::optional<std::chrono::steady_clock::time_point> deadline;
    if (statement.timeout) deadline = std::chrono::steady_clock::now() + *statement.timeout;

    const bool done = env_.progress.wait(satisfied, deadline);
    const std::string what = for_connection && !statement.count
                                 ? fmt::format("connection \"{}\" to be connected", statement.name)
                                 : fmt::format("{} {} {} \"{}\"", wanted, for_connection ? "messages" : "rows",
                                               statement.read ? "to be read by" : "of", statement.name);
    if (done && given_up.empty()) {
        env_.output.done("WAIT FOR");
        return true;
    }
    if (env_.progress.cancelled()) {
        diagnostics.error(DiagnosticCode::cancelled, span, fmt::format("waiting for {} was cancelled", what));
        return false;
    }
    std::string state;
    if (for_connection)
        state = fmt::format("; it is {}{}", connection_state_name(status.state),
                            status.last_error.empty() ? "" : " (" + status.last_error + ")");
    const std::string reason = given_up.empty() ? fmt::format("the time is up{}", state) : given_up;
    diagnostics.error(DiagnosticCode::wait_timeout, span, fmt::format("waited for {}, but {}", what, reason),
                      for_connection && !statement.count ? "" : fmt::format("{} came", seen));
    return false;
}

std::optional<std::vector<PlanLine>> StatementExecutor::explain_plan(const BoundQuery& query) {
    const FunctionNames& aggregates = aggregate_functions();
    return env_.engine.call([&](Engine& engine) -> std::optional<std::vector<PlanLine>> {
        try {
            Diagnostics findings;  // Of these the binder has told.
            const auto describe = [&](const std::string& sql) { return engine.prepare(sql)->columns(); };
            const auto plan =
                StreamPlanner(query, input_times(query, env_.catalog), aggregates, describe, findings).plan();
            if (plan) return describe_plan(*plan, query);
        } catch (const EngineException&) {
            // Types that only messages decide: there is no plan before they come.
        }
        return std::nullopt;
    });
}

ResultTable StatementExecutor::explain_query(const BoundQuery& query, bool continuous) {
    ResultBuilder builder({{"step", TypeId::varchar}, {"detail", TypeId::varchar}});
    for (const QueryInput& input : query.inputs) {
        std::string columns;
        for (const InputColumn& column : input.columns) {
            columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", shown_column_name(column.name),
                                   column.type.id == TypeId::unknown ? "?" : to_sql(column.type));
        }
        if (input.all_fields) columns += columns.empty() ? "all fields" : ", all other fields";
        builder.add_row(fmt::format("read {} {}", input_kind_name(input.kind), input.object), columns);
    }
    const auto plan = continuous && query.reads_stream() ? explain_plan(query) : std::nullopt;
    if (plan) {
        for (const PlanLine& line : *plan) builder.add_row(line.step, without_column_marks(line.detail));
    } else {
        SqlWriterOptions options;
        options.scan_text = [&](const ast::BoundScan& scan) {
            return quote_identifier(query.inputs[scan.input].object);
        };
        builder.add_row("run", without_column_marks(write_query(query.query, options).text));
    }
    std::string columns;
    for (const OutputColumn& column : query.columns) {
        columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", shown_column_name(column.name),
                               column.type.id == TypeId::unknown ? "?" : to_sql(column.type));
    }
    builder.add_row("columns", columns);
    return builder.take();
}

void StatementExecutor::explain(const BoundExplain& statement) {
    const BoundQuery* query = nullptr;
    if (const auto* select = std::get_if<BoundSelect>(&statement.statement.node)) query = &select->query;
    if (const auto* insert = std::get_if<BoundInsert>(&statement.statement.node)) query = &insert->query;
    if (const auto* subscribe = std::get_if<BoundSubscribe>(&statement.statement.node)) query = &subscribe->query;
    if (const auto* create = std::get_if<BoundCreate>(&statement.statement.node); create && create->query)
        query = &*create->query;
    const bool continuous = std::holds_alternative<BoundSubscribe>(statement.statement.node) ||
                            std::holds_alternative<BoundCreate>(statement.statement.node);
    if (query) print(explain_query(*query, continuous));  // The binder lets no other statement through.
}

}  // namespace laminar
