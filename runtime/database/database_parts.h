#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "catalog/objects/connector_registry.h"
#include "catalog/objects/session_settings.h"
#include "parser/text/ascii.h"
#include "runtime/database/catalog_store.h"
#include "runtime/database/engine_thread.h"
#include "runtime/database/kept/kept_records.h"
#include "runtime/database/kept/written_lengths.h"
#include "runtime/database/live_connections.h"
#include "runtime/database/statement_lock.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/sinks/stream_queue.h"
#include "runtime/flow/stream_graph.h"
#include "runtime/storage/kept/state_store.h"
#include "runtime/storage/kept_objects.h"
#include "runtime/storage/stored_catalog.h"
#include "runtime/storage/upkeep/checkpoints.h"
#include "runtime/storage/upkeep/disk_space.h"

namespace laminar {

/// What the sessions of a database share. Thread-safe but for what says otherwise.
struct DatabaseParts {
    const ConnectorRegistry& registry;
    CatalogStore& catalog;
    LiveConnections& connections;
    EngineThread& engine;
    StreamGraph& graph;  ///< Engine thread only.
    Progress& progress;
    std::function<std::int64_t()> wall_clock;  ///< Of Database::Settings.

    /// Held by a statement that changes what there is, from before it is bound: such statements come one at a time.
    /// Queries and what only looks need no more than a snapshot of the catalog.
    StatementLock statements{};
    /// Subscriptions are in no catalog, so that nothing keeps what they read from being dropped: these go with it. By
    /// name; engine thread only.
    std::set<std::string> subscriptions{};
    /// For names that nothing else has had.
    std::atomic<std::uint64_t> last_subscription{0};
    std::atomic<std::uint64_t> last_replacement{0};

    /// Of a data directory; nothing in memory. Engine thread only, but for whether it is there.
    std::optional<StoredCatalog> stored_catalog{};
    std::optional<StateStore> state_store{};            ///< The same.
    std::optional<WrittenLengths> written_lengths{};    ///< The same.
    std::optional<KeptRecords> kept_records{};          ///< The same.
    std::optional<ResumePositions> resume_positions{};  ///< The same.
    std::optional<Checkpoints> checkpoints{};           ///< The same.
    std::optional<DiskSpace> disk_space{};              ///< The same.
    /// How long rows are collected for a commit of a data directory. Engine thread only.
    std::chrono::milliseconds commit_interval = SessionSettings().commit_interval_ms;
    KeptObjects kept{};  ///< For who holds the lock of statements.

    /// What has happened shows in Database::status from here on. Blocks for the engine thread.
    std::function<void()> publish_status;
    /// A reader of rows has room again: pipelines that stand still for it go on. Any thread.
    std::function<void()> on_room;
    /// The end of the database waits, within its deadline, until what is in the queue has been shown.
    std::function<void(const std::shared_ptr<StreamQueue>&)> wait_for_at_the_end;
};

}  // namespace laminar
