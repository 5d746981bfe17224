#pragma once

#include <optional>

#include "catalog/objects/connector_registry.h"
#include "runtime/database/catalog_store.h"
#include "runtime/database/live_connections.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/stream_graph.h"
#include "runtime/storage/commit_recorder.h"
#include "runtime/storage/data_directory.h"
#include "runtime/storage/upkeep/disk_space.h"

namespace laminar {

/// What system tables show. Borrowed; must outlive the engine.
struct SystemTableSources {
    const CatalogStore& catalog;
    const ConnectorRegistry& registry;
    const LiveConnections& connections;
    StreamGraph& graph;
    const std::optional<DataDirectory>& directory;  ///< Nothing: in memory, as the next.
    const std::optional<CommitRecorder>& recorder;
    const std::optional<DiskSpace>& disk_space;
};

/// Registers a reader for every table of the registry.
void register_system_tables(Engine& engine, const SystemTableSources& sources);

}  // namespace laminar
