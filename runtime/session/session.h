#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"
#include "runtime/database/database.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/sinks/stream_queue.h"

namespace laminar {

/// Receives what a session has to show: results on the session's thread, streams on one that the session has for them,
/// never both at once. It may block: who waits for it is the query, or the pipelines whose rows it shows
/// (Session::Settings::slow_reader), and nobody else.
class SessionOutput {
public:
    virtual ~SessionOutput() = default;
    /// A new result of the statement being executed; rows follow, then end_result.
    virtual void begin_result(const std::vector<OutputColumn>& columns) = 0;
    virtual void rows(const ResultTable& rows) = 0;
    virtual void end_result() = 0;
    /// Rows of a pipeline without a sink, or of a subscription.
    virtual void stream_rows(std::string_view stream, const ResultTable& rows) = 0;
    /// No more rows of a subscription come: it has failed, or what it reads has failed or is gone. Without secrets.
    virtual void stream_failed(std::string_view stream, std::string_view reason) {
        (void)stream;
        (void)reason;
    }
    /// A statement without rows has been done: "CREATE TABLE", "INSERT 3".
    virtual void done(std::string_view tag) = 0;
};

/// Executes statements over a database. Call from one thread, except cancel, which any thread may call; any number of
/// sessions have threads of their own. What it prints or subscribes to ends with it; what it has created stays. It must
/// be gone before the database.
class Session {
public:
    struct Settings {
        /// Of the rows that pipelines without a sink print, and subscriptions.
        SlowReader slow_reader = SlowReader::holds_up;
        /// How far the output may fall behind its streams before that happens; more takes as much memory.
        std::size_t queue_bytes = 16u << 20;
        /// Whether rows of its pipelines without a sink are shown; else they go to who subscribes to them alone.
        bool prints_pipelines = true;
    };

    Session(Database& database, SessionOutput& output) : Session(database, output, Settings()) {}
    Session(Database& database, SessionOutput& output, const Settings& settings);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Makes anew what the data directory of the database has (Database::Settings::data_directory): once, before any
    /// other statement. reset: names of objects that are given up first, with their rows. show is given what there is
    /// to say. False after errors: nothing has been lost, and the database is not to be used.
    bool restore(const std::vector<std::string>& reset, const std::function<void(const Diagnostics&)>& show);
    /// What the directory had then and no statement has declared since: 'pipeline "totals", table "trades"'.
    [[nodiscard]] std::string undeclared_objects();

    /// Binds and executes one statement; blocks until it is done (pipelines and subscriptions only start).
    /// False after reporting errors; the session stays usable.
    bool execute(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics);

    /// Inserts rows that are there already, all of them or none, as INSERT INTO table (columns) does. Their columns are
    /// columns of the table, by the names that these have within the engine (column_name.h); values of another type are
    /// cast. Blocks until it is done. False after reporting errors, which have no place.
    bool insert(const std::string& table, ColumnBatch& rows, Diagnostics& diagnostics);

    /// Binds a query (SELECT or SUBSCRIBE) without executing it: the columns that its rows would have now, of unknown
    /// type where that is decided by them. Nothing after reporting errors; no columns for other statements.
    std::optional<std::vector<OutputColumn>> describe(const SourceTextPtr& source, const ast::Statement& statement,
                                                      Diagnostics& diagnostics);

    /// Opens the connections that tables, pipelines and subscriptions of this session have made ready. Call when no
    /// more statements are at hand; statements that look at rows do so too. Until then no message is read, so that all
    /// readers that are declared one after the other see the same messages.
    void open_connections();

    /// Ends what SUBSCRIBE started, after its rows have been shown (cancel ends that).
    void end_subscriptions();

    /// What its statements may do from now on (all): asking does not tell a peer that a message is done with
    /// (ACKNOWLEDGE_MESSAGE), nor dial one (test_connection). Such a statement is refused with SQLSTATE 42501.
    void let_only_ask(bool only_asks) noexcept;

    /// Makes the statement that runs now (a query, WAIT FOR, test_connection) end with L604; without one, nothing
    /// happens. Other sessions and streams go on.
    void cancel() noexcept;

    /// Rows of streams that slow_reader has left out so far. Any thread.
    [[nodiscard]] std::uint64_t rows_left_out() const;

    /// Of all functions that need no declaration, in lower case, sorted. The first call asks the engine.
    [[nodiscard]] const std::vector<std::string>& function_names();

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
