#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"
#include "connectors/registry/connections.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Receives what a session has to show. Called from the session's caller (query results) and from the engine
/// thread (streams), never from both at once: the session serializes the calls.
class SessionOutput {
public:
    virtual ~SessionOutput() = default;
    /// A new result of the statement being executed; rows follow, then end_result.
    virtual void begin_result(const std::vector<OutputColumn>& columns) = 0;
    virtual void rows(const ResultTable& rows) = 0;
    virtual void end_result() = 0;
    /// Rows of a pipeline without a sink, or of a subscription.
    virtual void stream_rows(std::string_view stream, const ResultTable& rows) = 0;
    /// A statement without rows has been done: "CREATE TABLE", "INSERT 3".
    virtual void done(std::string_view tag) = 0;
};

/// Totals for progress lines, end conditions and summaries.
struct SessionStatus {
    std::uint64_t messages_in = 0;  ///< Received, each once, however many read it.
    std::uint64_t messages_sent = 0;
    std::uint64_t rows_in = 0;          ///< Of tables and pipelines: a message that several read makes rows for each.
    std::uint64_t rows_out = 0;         ///< To sinks, printed streams included.
    std::uint64_t messages_failed = 0;  ///< Not decodable.
    std::uint64_t messages_dropped = 0;
    std::chrono::steady_clock::time_point last_activity;  ///< Of the last message taken or sent.
    std::chrono::milliseconds lag{0};  ///< How long the oldest message that has arrived waits to be processed.
    bool live = false;                 ///< There are sources, pipelines or subscriptions that may still do something.
    bool sources_finished = false;     ///< live was true, and every source is finite and done, its rows processed.
    bool failed = false;               ///< A connection or pipeline is in the failed state.
    std::string failure;               ///< The first of them, in words.
    std::vector<ConnectionStatus> connections;
};

/// Executes statements: owns the catalog, the engine thread and the live connections. Call from one thread, except
/// cancel and status, which any thread may call. The destructor shuts down (without draining, unless shut_down was
/// called).
class Session {
public:
    struct Settings {
        SecretResolver::Sources secrets;
        unsigned io_threads = 1;
        std::optional<std::string> database_path;
        ConnectionMaker make_connection = laminar::make_connection;
        /// Microseconds since the epoch, UTC, for streams whose time is that of arrival; called on the engine thread.
        /// Empty: the system's clock. With a clock of its own a session takes no silence for idleness.
        std::function<std::int64_t()> wall_clock = {};
    };

    Session(const Settings& settings, const ConnectorRegistry& registry, SessionOutput& output);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Binds and executes one statement; blocks until it is done (pipelines and subscriptions only start).
    /// False after reporting errors; the session stays usable.
    bool execute(const SourceTextPtr& source, const ast::Statement& statement, Diagnostics& diagnostics);

    /// Opens the connections that tables, pipelines and subscriptions have made ready. Call when no more statements are
    /// at hand; statements that look at rows do so too. Until then no message is read, so that all readers that are
    /// declared one after the other see the same messages.
    void open_connections();

    /// Ends what SUBSCRIBE started.
    void end_subscriptions();

    /// Opens anew the connections whose secrets have changed since they were opened (the others look theirs up at the
    /// next connect), and returns their names. Blocks until the old ones have closed.
    std::vector<std::string> reload_secrets();

    /// Makes the statement that runs now (a query, WAIT FOR, test_connection) end with L604.
    void cancel() noexcept;
    /// The same at any price: what streams have the engine execute at this moment is interrupted as well, and fails
    /// them. For an end whose time is over; to be repeated until the statement has ended.
    void abandon() noexcept;

    [[nodiscard]] SessionStatus status() const;
    [[nodiscard]] const Catalog& catalog() const noexcept;

    /// Of all functions that need no declaration, in lower case, sorted. The first call asks the engine.
    [[nodiscard]] const std::vector<std::string>& function_names();

    /// Stops reading, processes what has arrived, sends what is queued, closes all connections. drain also treats the
    /// end as end of input (windows close). Bounded by deadline; false if something had to be abandoned, with failure
    /// telling what.
    struct ShutdownResult {
        bool complete = true;
        std::string abandoned;
    };
    ShutdownResult shut_down(bool drain, std::chrono::milliseconds deadline);

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
