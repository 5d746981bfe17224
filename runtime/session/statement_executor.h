#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/bind/binder.h"
#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "catalog/threads/mutex.h"
#include "parser/write/sql_writer.h"
#include "runtime/database/database_parts.h"
#include "runtime/engine/engine_reader.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/logical/logical_plan.h"
#include "runtime/session/query_snapshot.h"
#include "runtime/session/stream_printer.h"
#include "runtime/storage/stored_catalog.h"

namespace laminar {

/// Carries out bound statements of one session. Its thread calls it, but for interrupt; what touches the engine's
/// connection that writes, or the graph, is handed to the engine thread. Queries run on the session's thread, over a
/// reader of its own.
class StatementExecutor {
public:
    /// All is borrowed. cancelled: set when the statement that runs is to end. prints_pipelines: as
    /// Session::Settings has it.
    StatementExecutor(DatabaseParts& database, StreamPrinter& printer, const std::atomic<bool>& cancelled,
                      bool prints_pipelines)
        : database_(database), printer_(printer), cancelled_(cancelled), prints_pipelines_(prints_pipelines) {}

    /// While it lives, catalog() is what it was at the beginning, whatever other sessions do. Without one, the caller
    /// holds the database's statement lock, and catalog() is the present one: valid until the next change.
    class PinnedCatalog {
    public:
        explicit PinnedCatalog(StatementExecutor& executor) : executor_(executor) {
            executor_.pinned_ = executor_.database_.catalog.snapshot();
        }
        ~PinnedCatalog() { executor_.pinned_.reset(); }
        PinnedCatalog(const PinnedCatalog&) = delete;
        PinnedCatalog& operator=(const PinnedCatalog&) = delete;

    private:
        StatementExecutor& executor_;
    };
    [[nodiscard]] const Catalog& catalog() const { return pinned_ ? *pinned_ : database_.catalog.current(); }

    /// False after reporting, and throws. The catalog is changed by statements that succeed alone, and on the engine
    /// thread: system tables that pipelines read never see it change.
    bool execute(const BoundStatement& statement, Diagnostics& diagnostics);

    /// Opens the connections that statements have made ready. They stay closed until then, so that everything which
    /// reads a connection is in place before its first message: statements that look at rows or send some call this
    /// first, the session's owner does after the last statement.
    void open_connections();

    // execute_kept.cpp: of a data directory. The caller holds the database's statement lock.
    /// The objects that it has, each after those it depends on, without those to be reset, which are gone. Throws
    /// DataDirectoryError where that cannot be done, and EngineException.
    [[nodiscard]] std::vector<StoredObject> take_stored(const std::vector<std::string>& reset);
    /// While it lives, objects are made of what the directory has: nothing is written there.
    class Restoring {
    public:
        explicit Restoring(StatementExecutor& executor) : executor_(executor) { executor_.restoring_ = true; }
        ~Restoring() { executor_.restoring_ = false; }
        Restoring(const Restoring&) = delete;
        Restoring& operator=(const Restoring&) = delete;

    private:
        StatementExecutor& executor_;
    };
    /// When all have been made again: what a killed process left behind of others goes. Throws EngineException.
    void forget_unclaimed();
    /// Connections that were lost with the process before: the time until they are up again is a gap of theirs.
    void tell_of_time_away();
    /// Of a CREATE that names an object which the directory has had since before this process: true when it declares it
    /// as it is, which is kept then; false after reporting that it does not. Nothing for all other statements.
    std::optional<bool> declare_kept(const ast::Statement& statement, Diagnostics& diagnostics);

    /// Rows that are there already into columns of a table, which are theirs in this order (execute_insert.cpp).
    bool insert(const TableObject& table, const std::vector<std::string>& columns, ColumnBatch& rows,
                Diagnostics& diagnostics);

    /// What to tell of the statement executed last: "CREATE TABLE", "INSERT 3"; empty when it had a result, or failed.
    [[nodiscard]] std::string take_tag() noexcept { return std::exchange(tag_, {}); }

    /// Those of this session, which are not shown any more. Waits for the engine thread.
    void remove_subscriptions();

    /// Waits until what streams have made so far, or at a moment (StreamQueue::put_rows), has been shown; false when
    /// cancelled.
    bool show_streams() { return show_streams(printer_.queue()->put_rows()); }
    bool show_streams(std::uint64_t put_rows);

    /// Interrupts what the engine executes for this session's statement, if it does. Any thread.
    void interrupt() noexcept;

private:
    /// It is told when the statement has let go of everything: a reader may make that wait.
    void say_done(std::string tag) { tag_ = std::move(tag); }
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
    void apply_to_catalog(const BoundStatement& statement);
    bool make_again(const TableObject& table, const BoundStatement& whole, Diagnostics& diagnostics);
    // execute_kept.cpp
    /// Whether a data directory may keep it; false after reporting that it may not.
    bool check_keeping(const BoundStatement& statement, Diagnostics& diagnostics) const;
    /// Engine thread. Writes what the statement changes in the catalog to the data directory, if there is one, in the
    /// transaction at hand. Throws EngineException.
    void keep(const BoundStatement& statement);
    /// The same in a transaction of its own.
    void keep_alone(Engine& engine, const BoundStatement& statement);
    void give_up_state(const BoundStatement& statement);
    void give_up_state(const std::string& name, std::int64_t replacement);
    /// Its peer may deliver messages again that are in: it hears of those that have been processed, or of a position.
    [[nodiscard]] static bool redelivers(const ConnectionObject& connection);
    /// Its messages are the same whenever it is read.
    [[nodiscard]] static bool can_be_read_again(const ConnectionObject& connection);
    /// Before it is opened: it need not read what all of its readers have had in a process before.
    void begin_where_readers_are(const std::string& connection, Connection& live);
    void keep_file_length(const std::string& connection, Connection& live);
    /// The key under which the state of a pipeline or table is, or will be.
    [[nodiscard]] std::string state_key(const std::string& name, bool replaces);
    [[nodiscard]] StateStore* state_store() noexcept {
        return database_.state_store ? &*database_.state_store : nullptr;
    }
    /// What has been declared, replaced or dropped is none of those kept from before any more.
    void forget_kept(const BoundStatement& statement);
    bool create_stored_table(const TableObject& table, const BoundCreate& statement, const BoundStatement& whole,
                             Diagnostics& diagnostics);
    void create_stream_table(const TableObject& table, const BoundCreate& statement, const BoundStatement& whole);
    [[nodiscard]] std::optional<TableObject> replaced_table(const BoundCreate& statement) const;
    void remove_table(const TableObject& table, Removed& removed);
    void remove_pipeline(const std::string& name, Removed& removed);
    void remove_subscriptions_to(const std::string& object, Removed& removed);
    void leave(const Removed& removed);
    void take_place(const Removed& removed, const ConnectionObject& definition, const std::string& consumer,
                    const std::string& name);
    /// The name of what will replace an object of this name, until it does: no object has it.
    [[nodiscard]] std::string pending_name(const std::string& name) const;
    bool alter_connection(const BoundAlterConnection& statement, const BoundStatement& whole, Diagnostics& diagnostics);
    void drop(const BoundDrop& statement, const BoundStatement& whole);
    void pause_or_resume(const BoundPauseResume& statement);

    // execute_pipeline.cpp
    struct PipelineStart {
        std::string name;   ///< Unique among pipelines and subscriptions.
        std::string label;  ///< What printed rows carry as _stream.
        const BoundQuery& query;
        std::shared_ptr<const PipelineFacts> facts;  ///< As it was checked.
        const PipelineObject* definition = nullptr;  ///< Not of subscriptions; as the next.
        const BoundStatement* statement = nullptr;
        bool replaces = false;
    };
    bool start_pipeline(const PipelineStart& start, SourceSpan span, Diagnostics& diagnostics);
    /// Those that it reads directly or sends on.
    [[nodiscard]] std::vector<std::string> connections_of(const BoundQuery& query,
                                                          const PipelineObject* definition) const;
    /// By their index in the query.
    struct OpenInputs {
        std::vector<std::unique_ptr<PipelineInput>> inputs;
        std::vector<std::shared_ptr<InputChannel>> channels;  ///< To be attached to connections; null for the others.
    };
    /// How channels ask for cycles.
    InputChannel::Requests requests();
    /// is_kept: what they have read is kept in the data directory, under the key.
    OpenInputs open_inputs(const std::string& consumer, const std::string& key, const BoundQuery& query, bool is_kept);
    std::unique_ptr<PipelineInput> open_connection(const std::string& consumer, const std::string& key,
                                                   std::size_t index, const QueryInput& input, bool is_kept,
                                                   std::shared_ptr<InputChannel>& channel);
    [[nodiscard]] std::function<bool()> is_up(const std::string& connection);
    RunningPipeline::SinkMaker sink_maker(const std::string& name, const std::string& key,
                                          const PipelineObject* definition);
    bool subscribe(const BoundSubscribe& statement, SourceSpan span, Diagnostics& diagnostics);

    // execute_query.cpp
    bool select(const BoundQuery& query, SourceSpan span, Diagnostics& diagnostics);
    bool run_connection_tests(const BoundQuery& query);  ///< False when cancelled.
    bool wait_for(const BoundWaitFor& statement, SourceSpan span, Diagnostics& diagnostics);
    void explain(const BoundExplain& statement);
    /// The SQL of a query over what tables retain and system tables show: of the snapshot, or, without one, for the
    /// engine's writing connection.
    WrittenSql retained_sql(const BoundQuery& query, const QuerySnapshot* snapshot);
    /// False, and reported.
    static bool report_cancelled(SourceSpan span, Diagnostics& diagnostics);
    /// Made at first use: scripts that only declare need none.
    EngineReader& reader();
    /// What is not continuous, or has no plan yet.
    [[nodiscard]] static ResultTable explain_query(const BoundQuery& query);
    [[nodiscard]] static ResultTable explain_plan(const logical::Plan& plan);
    bool wait(const std::function<bool()>& satisfied, std::optional<std::chrono::steady_clock::time_point> deadline);

    /// The calls of ACKNOWLEDGE in what the reader has read count from now on.
    void acknowledge_read();

    // execute_insert.cpp
    /// All rows of a query, shaped for a sink of these columns (none: as they are). Nothing after reporting an error.
    std::optional<ResultTable> read_rows(const BoundQuery& query, const std::vector<OutputColumn>& shape,
                                         SourceSpan span, Diagnostics& diagnostics);
    /// Engine thread. The columns of rows are columns of the table. Throws EngineException.
    static void insert_rows(Engine& engine, const TableObject& table, const ResultTable& rows);
    /// The same for what is read with rows_sql behind FROM.
    static void insert_rows(Engine& engine, const TableObject& table, const std::vector<OutputColumn>& columns,
                            const std::string& rows_sql);
    /// As against executed by the engine's writing connection itself.
    [[nodiscard]] static bool is_read_first(const BoundQuery& query, const TableObject& table);
    /// Engine thread. sql: INSERT INTO the table, of retained_sql without a snapshot. How many rows; throws
    /// EngineException.
    std::uint64_t insert_directly(Engine& engine, const TableObject& table, const WrittenSql& sql);
    bool insert(const BoundInsert& statement, SourceSpan span, Diagnostics& diagnostics);
    bool insert_into_connection(const ResultTable& rows, const TableObject& table, SourceSpan span,
                                Diagnostics& diagnostics);

    // execute_show.cpp
    void show(const BoundShow& statement);
    void show_create(const BoundShowCreate& statement);
    bool describe(const BoundDescribe& statement, SourceSpan span, Diagnostics& diagnostics);
    void set(const BoundSet& statement);
    /// False: it is a setting of something else than storage.
    bool set_of_storage(const BoundSet& statement);
    /// The value of one of those. Empty: none.
    [[nodiscard]] std::string storage_setting(std::string_view name);
    /// Engine thread, before rows are added to tables. Throws EngineException while the data directory has no room.
    void require_room(Engine& engine);
    void print(const ResultTable& table);

    [[nodiscard]] StreamContent content_of(const TableObject& table) const;
    [[nodiscard]] StreamContent content_of(const TableObject& table, const ConnectionObject& connection) const;

    const FunctionNames& aggregate_functions();

    DatabaseParts& database_;
    StreamPrinter& printer_;
    const std::atomic<bool>& cancelled_;
    const bool prints_pipelines_;
    bool restoring_ = false;
    std::shared_ptr<const Catalog> pinned_;
    std::string tag_;
    Mutex reader_mutex_;  ///< Held while reader_ is made, and to interrupt it.
    std::unique_ptr<EngineReader> reader_;
    FunctionNames aggregate_functions_;           ///< Asked of the engine once.
    std::vector<std::string> ready_;              ///< Names of connections that are to be opened.
    std::vector<std::string> own_subscriptions_;  ///< Names of those that it has started.
};

}  // namespace laminar
