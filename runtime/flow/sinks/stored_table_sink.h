#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/sinks/sink_writer.h"

namespace laminar {

/// Inserts into a stored table; with a primary key it upserts, and of several rows with one key the last wins.
[[nodiscard]] std::unique_ptr<SinkWriter> make_stored_table_sink(Engine& engine, const TableObject& table,
                                                                 const std::string& key,
                                                                 const std::vector<OutputColumn>& columns);

}  // namespace laminar
