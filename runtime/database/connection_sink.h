#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/objects/catalog_object.h"
#include "runtime/database/kept/sink_outbox.h"
#include "runtime/flow/sinks/sink_writer.h"

namespace laminar {

class LiveConnections;

/// Sends the rows as messages of the connection of a table, as its framing() says; changes of a result that is updated
/// as the table's changelog says. Of one thread at a time. keeping: of a data directory; messages are kept by the
/// commit of their cycle and sent after it (rows that are handed over as they are, to Parquet files, are sent after it
/// alone).
[[nodiscard]] std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, const TableObject& table,
                                                               std::optional<SinkKeeping> keeping = std::nullopt);
/// How the keys of messages begin that are repeated for a table.
[[nodiscard]] std::string repeat_key_begin(std::string_view table);

}  // namespace laminar
