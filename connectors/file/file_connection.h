#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_factory.h"

namespace laminar {

/// TO file: replays a file (mode = 'source', finite) or appends to one (mode = 'sink'). Reads JSON and CSV. Parquet
/// needs the engine: a connection to a Parquet file fails when opened, with a message that says so. ${secret:...} in
/// path is resolved here.
[[nodiscard]] std::unique_ptr<Connection> make_file_connection(const ConnectionObject& definition,
                                                               const ConnectionContext& context);

}  // namespace laminar
