#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"
#include "connectors/registry/connections.h"

namespace laminar {

struct DatabaseParts;

/// Totals for progress lines, end conditions and summaries.
struct DatabaseStatus {
    std::uint64_t messages_in = 0;  ///< Received, each once, however many read it.
    std::uint64_t messages_sent = 0;
    std::uint64_t rows_in = 0;          ///< Of tables and pipelines: a message that several read makes rows for each.
    std::uint64_t rows_out = 0;         ///< To sinks, printed streams included.
    std::uint64_t rows_shown = 0;       ///< Of streams, by the sessions that there are.
    std::uint64_t rows_to_show = 0;     ///< That wait for the readers of sessions.
    std::uint64_t rows_left_out = 0;    ///< For readers that were too slow (SlowReader::loses_rows).
    std::uint64_t messages_failed = 0;  ///< Not decodable.
    std::uint64_t messages_unmatched = 0;  ///< For none of the tables.
    std::uint64_t messages_dropped = 0;
    std::chrono::steady_clock::time_point last_activity;  ///< Of the last message taken or sent.
    std::chrono::milliseconds lag{0};  ///< How long the oldest message that has arrived waits to be processed.
    bool live = false;                 ///< There are sources, pipelines or subscriptions that may still do something.
    bool sources_finished = false;     ///< live was true, and every source is finite and done, its rows processed.
    bool failed = false;               ///< A connection or pipeline is in the failed state.
    std::string failure;               ///< The first of them, in words.
    std::vector<ConnectionStatus> connections;
};

/// What lives: the catalog, the engine with its thread, the connections, and the pipelines between them. Any number of
/// sessions use it (runtime/session/session.h), each from a thread of its own; they must be gone before it. Every
/// function may be called from any thread, shut_down from one. The destructor shuts down, without draining unless
/// shut_down was called.
class Database {
public:
    struct Settings {
        SecretResolver::Sources secrets;
        unsigned io_threads = 1;  ///< More: messages of several connections are read side by side.
        /// Where what there is outlasts the process; in memory without. It is made if need be.
        std::optional<std::string> data_directory = std::nullopt;
        /// What has been done cannot be kept any more, for this reason: called once, on the engine thread. Nothing is
        /// processed or acknowledged after it; whoever can ends the process, so that the next start goes on.
        std::function<void(const std::string& reason)> on_lost_storage = {};
        ConnectionMaker make_connection = laminar::make_connection;
        /// Microseconds since the epoch, UTC, for streams whose time is that of arrival; called on the engine thread.
        /// Empty: the system's clock. With a clock of its own a database takes no silence for idleness.
        std::function<std::int64_t()> wall_clock = {};
    };

    /// With a data directory its objects are not there before Session::restore. Throws DataDirectoryError.
    Database(const Settings& settings, const ConnectorRegistry& registry);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] DatabaseStatus status() const;
    /// As it is now; later statements do not change it.
    [[nodiscard]] std::shared_ptr<const Catalog> catalog() const;

    /// Opens anew the connections whose secrets have changed since they were opened (the others look theirs up at the
    /// next connect), and returns their names. Blocks until the old ones have closed.
    std::vector<std::string> reload_secrets();

    /// Interrupts whatever the engine's own thread executes at this moment, streams as well, which fail by it: for an
    /// end whose time is over. What comes next is executed, so this has to be repeated.
    void abandon() noexcept;

    /// Stops reading, processes what has arrived, has sessions show what waits for that, sends what is queued, closes
    /// all connections. drain also treats the end as end of input (windows close). Bounded by deadline; false if
    /// something had to be abandoned, with abandoned telling what.
    struct ShutdownResult {
        bool complete = true;
        std::string abandoned;
    };
    ShutdownResult shut_down(bool drain, std::chrono::milliseconds deadline);

    /// For sessions.
    [[nodiscard]] DatabaseParts& parts() noexcept;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
