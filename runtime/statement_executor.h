#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/binder.h"
#include "catalog/bound_statement.h"
#include "catalog/catalog.h"
#include "parser/sql_writer.h"
#include "runtime/engine_thread.h"
#include "runtime/live_connections.h"
#include "runtime/plan/plan_text.h"
#include "runtime/progress.h"
#include "runtime/session.h"
#include "runtime/stream_graph.h"

namespace laminar {

/// Carries out bound statements. The session's thread calls it; what touches the engine or the graph is handed to the
/// engine thread. All references are borrowed from the session.
class StatementExecutor {
public:
    struct Environment {
        Catalog& catalog;
        const ConnectorRegistry& registry;
        SessionOutput& output;
        LiveConnections& connections;
        EngineThread& engine;
        StreamGraph& graph;  ///< Engine thread only.
        Progress& progress;
        std::function<std::int64_t()> wall_clock;  ///< Of Session::Settings.
    };

    explicit StatementExecutor(const Environment& environment) : env_(environment) {}

    /// False after reporting. The catalog is changed only by statements that succeed.
    bool execute(const BoundStatement& statement, Diagnostics& diagnostics);

    /// Opens the connections that statements have made ready. They stay closed until then, so that everything which
    /// reads a connection is in place before its first message: statements that look at rows or send some call this
    /// first, the session's owner does after the last statement.
    void open_connections();

    void end_subscriptions();

private:
    void open_later(const std::string& connection);

    // execute_ddl.cpp
    bool create(const BoundCreate& statement, const BoundStatement& whole, Diagnostics& diagnostics);
    bool create_stored_table(const TableObject& table, const BoundCreate& statement, Diagnostics& diagnostics);
    void create_stream_table(const TableObject& table);
    void alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole);
    void drop(const BoundDrop& statement, const BoundStatement& whole);
    void drop_object(ast::ObjectKind kind, const std::string& name);
    void pause_or_resume(const BoundPauseResume& statement);

    // execute_pipeline.cpp
    /// name is unique among pipelines and subscriptions; label is what printed rows carry as _stream.
    bool start_pipeline(const std::string& name, const std::string& label, const BoundQuery& query,
                        const PipelineObject* definition, SourceSpan span, Diagnostics& diagnostics);
    void stop_using_connections(const std::string& name, const BoundQuery& query, const PipelineObject* definition);
    void stop_pipeline(const std::string& name);
    std::vector<RunningPipeline::Source> open_sources(const std::string& consumer, const BoundQuery& query);
    [[nodiscard]] std::function<bool()> is_up(const std::string& connection);
    RunningPipeline::SinkMaker sink_maker(const std::string& name, const PipelineObject* definition);
    bool subscribe(const BoundSubscribe& statement, SourceSpan span, Diagnostics& diagnostics);

    // execute_query.cpp
    bool select(const BoundQuery& query, SourceSpan span, Diagnostics& diagnostics);
    bool insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics);
    bool insert_into_connection(const BoundInsert& statement, const TableObject& table, SourceSpan span,
                                Diagnostics& diagnostics);
    bool run_connection_tests(const BoundQuery& query);  ///< False when cancelled.
    bool wait_for(const BoundWaitFor& statement, SourceSpan span, Diagnostics& diagnostics);
    bool explain(const BoundExplain& statement, SourceSpan span, Diagnostics& diagnostics);
    WrittenSql retained_sql(const BoundQuery& query);
    ResultTable explain_query(const BoundQuery& query, bool continuous);
    std::optional<std::vector<PlanLine>> explain_plan(const BoundQuery& query);
    /// Brings what the query reads up to date; false, reported, when it reads something that keeps no rows.
    bool prepare_for_reading(const BoundQuery& query, Diagnostics& diagnostics);
    /// Tables show exactly what they retain, until the next cycle. Engine thread: right before the query is executed.
    void show_retained(const BoundQuery& query);

    // execute_show.cpp
    void show(const BoundShow& statement);
    void show_create(const BoundShowCreate& statement);
    bool describe(const BoundDescribe& statement, SourceSpan span, Diagnostics& diagnostics);
    void set(const BoundSet& statement);
    void print(const ResultTable& table);

    [[nodiscard]] MessageFormat format_of(const std::string& connection) const;

    const FunctionNames& aggregate_functions();

    Environment env_;
    FunctionNames aggregate_functions_;  ///< Asked of the engine once.
    std::uint64_t next_subscription_ = 1;
    std::vector<std::string> ready_;          ///< Names of connections that are to be opened.
    std::vector<std::string> subscriptions_;  ///< Names of those that run.
};

}  // namespace laminar
