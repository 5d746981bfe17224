#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_context.h"

namespace laminar {

/// TO file: replays a file (mode = 'source', finite) or appends to one (mode = 'sink'): JSON, CSV or Parquet.
/// Secrets are resolved here.
[[nodiscard]] std::unique_ptr<Connection> make_file_connection(const ConnectionObject& definition,
                                                               const ConnectionContext& context);

}  // namespace laminar
