#include <fmt/format.h>

#include <future>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/threads/mutex.h"
#include "connectors/connection_context.h"
#include "parser/text/json_writer.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/result_builder.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/explain.h"
#include "runtime/plan/planned_query.h"
#include "runtime/plan/retained_windows.h"
#include "runtime/session/query_error.h"
#include "runtime/session/statement_executor.h"

namespace laminar {

namespace {

constexpr std::chrono::milliseconds connection_test_timeout{10'000};

/// {"ok": true, "elapsed_ms": 3.2, "steps": [{"step": "resolve", "ok": true, "elapsed_ms": 0.1, "detail": "..."}]}
std::string connection_test_json(const std::vector<ConnectionTestStep>& steps) {
    const auto milliseconds = [](std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1000.0; };
    bool ok = !steps.empty();
    std::chrono::microseconds total{};
    for (const ConnectionTestStep& step : steps) {
        ok = ok && step.ok;
        total += step.elapsed;
    }
    JsonWriter json;
    json.begin_object();
    json.key("ok").boolean(ok).key("elapsed_ms").number(milliseconds(total));
    json.key("steps").begin_array();
    for (const ConnectionTestStep& step : steps) {
        json.begin_object();
        json.key("step").text(step.step).key("ok").boolean(step.ok);
        json.key("elapsed_ms").number(milliseconds(step.elapsed)).key("detail").text(step.detail);
        json.end_object();
    }
    json.end_array().end_object();
    return json.take();
}

}  // namespace

EngineReader& StatementExecutor::reader() {
    const MutexLock lock(reader_mutex_);
    if (!reader_) reader_ = database_.engine.make_reader();
    return *reader_;
}

void StatementExecutor::interrupt() noexcept {
    database_.engine.interrupt(this);
    const MutexLock lock(reader_mutex_);
    if (reader_) reader_->interrupt();
}

bool StatementExecutor::wait(const std::function<bool()>& satisfied,
                             std::optional<std::chrono::steady_clock::time_point> deadline) {
    return database_.progress.wait(satisfied, deadline, cancelled_);
}

WrittenSql StatementExecutor::retained_sql(const BoundQuery& query, const QuerySnapshot* snapshot) {
    const std::function<std::string(const ast::BoundScan&)> scan_text = [&](const ast::BoundScan& scan) -> std::string {
        const QueryInput& input = query.inputs[scan.input];
        switch (input.kind) {
            case InputKind::stored_table:
                return engine_table_name(input.object);
            case InputKind::system_table:
                return snapshot ? snapshot->system_table(input.object)
                                : fmt::format("laminar_system({})", quote_string(input.object));
            default: {
                const auto& table = *catalog().find_as<TableObject>(input.object);
                return scan_sql(input, content_of(table), engine_table_name(input.object));
            }
        }
    };
    if (query.uses_window_functions_of_time) {
        const auto describe = [&](const std::string& sql) {
            if (snapshot) return snapshot->reader().prepare(sql)->columns();
            return database_.engine.call([&](Engine& engine) { return engine.prepare(sql)->columns(); });
        };
        return write_with_windows(query, aggregate_functions(), describe, scan_text);
    }
    SqlWriterOptions options;
    options.scan_text = scan_text;
    return write_query(query.query, options);
}

bool StatementExecutor::run_connection_tests(const BoundQuery& query) {
    for (const std::string& name : query.connection_tests) {
        std::shared_ptr<Connection> connection = database_.connections.find(name);
        if (!connection) connection = database_.connections.make_detached(*catalog().find_as<ConnectionObject>(name));
        const auto result = std::make_shared<std::promise<std::vector<ConnectionTestStep>>>();
        std::future<std::vector<ConnectionTestStep>> steps = result->get_future();
        connection->test(connection_test_timeout,
                         [result, &progress = database_.progress](std::vector<ConnectionTestStep> done) {
                             result->set_value(std::move(done));
                             progress.notify();
                         });
        if (!wait([&] { return steps.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }, {}))
            return false;
        const std::string json = connection_test_json(steps.get());
        reader().set_connection_test_result(name, json);
        database_.engine.call([&](Engine& engine) { engine.set_connection_test_result(name, json); });
    }
    return true;
}

bool StatementExecutor::select(const BoundQuery& query, SourceSpan span, Diagnostics& diagnostics) {
    bool complete = run_connection_tests(query);
    WrittenSql sql;
    try {
        std::optional<QuerySnapshot> snapshot;
        if (complete) {
            snapshot.emplace(database_, reader(), query, printer_.queue().get());
            sql = retained_sql(query, &*snapshot);
            // What streams had made by the moment of the snapshot is shown before it.
            complete = show_streams(snapshot->put_rows()) && !cancelled_;
        }
        if (complete) {
            const auto statement = snapshot->reader().prepare(sql.text);
            const StreamPrinter::Lease output = printer_.output();
            output->begin_result(statement->columns());
            // A cancellation that comes after the last row has nothing to cancel.
            statement->execute([&](const ResultTable& rows) {
                complete = !cancelled_;
                if (complete) output->rows(rows);
                return complete;
            });
            output->end_result();
            acknowledge_read();
        }
    } catch (const EngineException& problem) {
        report_engine_error(problem.error(), &sql, span, diagnostics);
        return false;
    }
    return complete || report_cancelled(span, diagnostics);
}

bool StatementExecutor::report_cancelled(SourceSpan span, Diagnostics& diagnostics) {
    diagnostics.error(DiagnosticCode::cancelled, span, "the query was cancelled");
    return false;
}

void StatementExecutor::acknowledge_read() {
    std::vector<Acknowledgement> acknowledged = reader().take_acknowledgements();
    if (acknowledged.empty()) return;
    database_.engine.call([&](Engine& engine) { engine.add_acknowledgements(std::move(acknowledged)); });
    database_.engine.request_cycle();
}

bool StatementExecutor::wait_for(const BoundWaitFor& statement, SourceSpan span, Diagnostics& diagnostics) {
    const std::uint64_t wanted = statement.count.value_or(1);
    const bool for_connection = statement.kind == ast::ObjectKind::connection;
    std::string given_up;
    ConnectionStatus status;
    std::uint64_t seen = 0;
    const auto count_seen = [&] {
        return statement.read ? database_.progress.rows_read(statement.name) : database_.progress.rows(statement.name);
    };
    const auto satisfied = [&] {
        if (for_connection) {
            const auto connection = database_.connections.find(statement.name);
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
            database_.engine.call([&](Engine&) {
                const RunningPipeline* pipeline = database_.graph.find_pipeline(statement.name);
                if (pipeline && pipeline->state() == PipelineState::failed)
                    given_up = "it failed: " + pipeline->last_error();
            });
        }
        if (given_up.empty() && database_.connections.sources_ended() && database_.engine.call([&](Engine&) {
                return database_.graph.is_dry() && database_.graph.has_finished();
            })) {
            // Windows have closed, too: everything that will ever come has come; look once more, for the last rows may
            // just have been counted.
            seen = count_seen();
            if (seen < wanted) given_up = "no source will deliver any more";
        }
        return seen >= wanted || !given_up.empty();
    };
    std::optional<std::chrono::steady_clock::time_point> deadline;
    if (statement.timeout) deadline = std::chrono::steady_clock::now() + *statement.timeout;

    const bool done = [&] {
        const EngineThread::Waiter waiter(database_.engine);
        return wait(satisfied, deadline);
    }();
    const std::string what = for_connection && !statement.count
                                 ? fmt::format("connection \"{}\" to be connected", statement.name)
                                 : fmt::format("{} {} {} \"{}\"", wanted, for_connection ? "messages" : "rows",
                                               statement.read ? "to be read by" : "of", statement.name);
    if (done && given_up.empty()) {
        if (!show_streams()) return report_cancelled(span, diagnostics);
        say_done("WAIT FOR");
        return true;
    }
    if (cancelled_) {
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

ResultTable StatementExecutor::explain_query(const BoundQuery& query) {
    ResultBuilder builder({{"step", TypeId::varchar}, {"detail", TypeId::varchar}});
    const auto columns_text = [](const auto& columns) {
        std::string text;
        for (const auto& column : columns)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", shown_column_name(column.name),
                                column.type.id == TypeId::unknown ? "?" : to_sql(column.type));
        return text;
    };
    for (const QueryInput& input : query.inputs) {
        std::string columns = columns_text(input.columns);
        if (input.all_fields) columns += columns.empty() ? "all fields" : ", all other fields";
        builder.add_row(fmt::format("read {} {}", logical::input_kind_name(input.kind), input.object), columns);
    }
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) { return quote_identifier(query.inputs[scan.input].object); };
    builder.add_row("run", without_column_marks(write_query(query.query, options).text));
    builder.add_row("columns", columns_text(query.columns));
    return builder.take();
}

ResultTable StatementExecutor::explain_plan(const logical::Plan& plan) {
    ResultBuilder builder({{"step", TypeId::varchar},
                           {"key", TypeId::varchar},
                           {"time", TypeId::varchar},
                           {"watermark", TypeId::varchar},
                           {"keeps", TypeId::varchar},
                           {"detail", TypeId::varchar}});
    const auto if_any = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(without_column_marks(text));
    };
    for (const PlanStep& step : laminar::explain_plan(plan))
        builder.add_row(std::string(2 * step.depth, ' ') + step.step, if_any(step.key), if_any(step.time),
                        if_any(step.watermark), if_any(step.keeps), without_column_marks(step.detail));
    return builder.take();
}

void StatementExecutor::explain(const BoundExplain& statement) {
    const BoundQuery* query = nullptr;
    std::shared_ptr<const PipelineFacts> facts;
    if (const auto* select = std::get_if<BoundSelect>(&statement.statement.node)) query = &select->query;
    if (const auto* insert = std::get_if<BoundInsert>(&statement.statement.node)) query = &insert->query;
    if (const auto* subscribe = std::get_if<BoundSubscribe>(&statement.statement.node)) {
        query = &subscribe->query;
        facts = subscribe->facts;
    }
    if (const auto* create = std::get_if<BoundCreate>(&statement.statement.node); create && create->query) {
        query = &*create->query;
        if (const auto* pipeline = std::get_if<PipelineObject>(&create->object)) facts = pipeline->facts;
    }
    // Where only messages tell the types there is no plan before they come.
    if (const auto* planned = dynamic_cast<const PlannedQuery*>(facts.get()))
        print(explain_plan(*planned->plan.logical));
    else if (query)
        print(explain_query(*query));  // The binder lets no other statement through.
}

}  // namespace laminar
