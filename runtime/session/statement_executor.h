#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/bind/binder.h"
#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/engine_thread.h"
#include "runtime/database/live_connections.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/stream_graph.h"
#include "runtime/plan/plan_text.h"
#include "runtime/session/session.h"

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

    /// False after reporting, and throws. The catalog is changed by statements that succeed alone, and on the engine
    /// thread: system tables that pipelines read never see it change.
    bool execute(const BoundStatement& statement, Diagnostics& diagnostics);

    /// Opens the connections that statements have made ready. They stay closed until then, so that everything which
    /// reads a connection is in place before its first message: statements that look at rows or send some call this
    /// first, the session's owner does after the last statement.
    void open_connections();

    void end_subscriptions();

private:
    void open_later(const std::string& connection);

    /// What a statement has taken out of the graph used these connections: they are told when that is done, and may
    /// then close, for which nobody on the engine thread waits.
    struct Removed {
        struct Use {
            std::string connection;
            std::string consumer;
        };
        std::vector<Use> uses;
    };

    // execute_ddl.cpp. An object that replaces another is complete before anything of the other is touched. Then the
    // engine's part changes in one transaction, and after that, in the same task of the engine thread, the graph and
    // the catalog: what a pipeline sees of them fits together.
    bool create(const BoundCreate& statement, const BoundStatement& whole, Diagnostics& diagnostics);
    void create_stored_table(const TableObject& table, const BoundCreate& statement, const BoundStatement& whole);
    void create_stream_table(const TableObject& table, const BoundCreate& statement, const BoundStatement& whole);
    [[nodiscard]] std::optional<TableObject> replaced_table(const BoundCreate& statement) const;
    void remove_table(const TableObject& table, Removed& removed);
    void remove_pipeline(const std::string& name, Removed& removed);
    void remove_subscriptions_to(const std::string& object, Removed& removed);
    void leave(const Removed& removed);
    void take_place(const Removed& removed, const ConnectionObject& definition, const std::string& consumer,
                    const std::string& name);
    /// The name under which connections know what will replace an object of this name.
    [[nodiscard]] static std::string pending_consumer(const std::string& name);
    /// One that nothing in the engine has, as slots and tables of what is replaced are still there.
    [[nodiscard]] std::string engine_key(const std::string& name);
    bool alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole, Diagnostics& diagnostics);
    void drop(const BoundDrop& statement, const BoundStatement& whole);
    void pause_or_resume(const BoundPauseResume& statement);

    // execute_pipeline.cpp
    struct PipelineStart {
        std::string name;   ///< Unique among pipelines and subscriptions.
        std::string label;  ///< What printed rows carry as _stream.
        const BoundQuery& query;
        const PipelineObject* definition = nullptr;  ///< Not of subscriptions; as the next.
        const BoundStatement* statement = nullptr;
        bool replaces = false;
    };
    bool start_pipeline(const PipelineStart& start, SourceSpan span, Diagnostics& diagnostics);
    /// Those that it reads directly or sends on.
    [[nodiscard]] std::vector<std::string> connections_of(const BoundQuery& query,
                                                          const PipelineObject* definition) const;
    std::vector<RunningPipeline::Source> open_sources(const std::string& consumer, const std::string& key,
                                                      const BoundQuery& query);
    [[nodiscard]] std::function<bool()> is_up(const std::string& connection);
    RunningPipeline::SinkMaker sink_maker(const std::string& name, const std::string& key,
                                          const PipelineObject* definition);
    bool subscribe(const BoundSubscribe& statement, SourceSpan span, Diagnostics& diagnostics);

    // execute_query.cpp
    bool select(const BoundQuery& query, SourceSpan span, Diagnostics& diagnostics);
    bool insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics);
    bool insert_into_connection(const BoundInsert& statement, const TableObject& table, SourceSpan span,
                                Diagnostics& diagnostics);
    bool run_connection_tests(const BoundQuery& query);  ///< False when cancelled.
    bool wait_for(const BoundWaitFor& statement, SourceSpan span, Diagnostics& diagnostics);
    void explain(const BoundExplain& statement);
    WrittenSql retained_sql(const BoundQuery& query);
    ResultTable explain_query(const BoundQuery& query, bool continuous);
    std::optional<std::vector<PlanLine>> explain_plan(const BoundQuery& query);
    /// Brings what tables retain up to date.
    void prepare_for_reading();
    /// Tables show exactly what they retain, until the next cycle. Engine thread: right before the query is executed.
    void show_retained(const BoundQuery& query);

    // execute_show.cpp
    void show(const BoundShow& statement);
    void show_create(const BoundShowCreate& statement);
    bool describe(const BoundDescribe& statement, SourceSpan span, Diagnostics& diagnostics);
    void set(const BoundSet& statement);
    void print(const ResultTable& table);

    [[nodiscard]] StreamContent content_of(const TableObject& table) const;

    const FunctionNames& aggregate_functions();

    Environment env_;
    FunctionNames aggregate_functions_;  ///< Asked of the engine once.
    std::uint64_t next_subscription_ = 1;
    std::uint64_t replacements_ = 0;
    std::vector<std::string> ready_;  ///< Names of connections that are to be opened.
    std::vector<std::string>
        subscriptions_;  ///< Names of those that run. Also of the engine thread while it is called.
};

}  // namespace laminar
