#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "catalog/objects/catalog_object.h"
#include "runtime/flow/sinks/sink_writer.h"

namespace laminar {

class LiveConnections;

/// Sends the rows as messages of the connection of a table, as its framing() says; changes of a result that is updated
/// as the table's changelog says. Of one thread at a time.
[[nodiscard]] std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, const TableObject& table);
/// How the keys of messages begin that are repeated for a table.
[[nodiscard]] std::string repeat_key_begin(std::string_view table);

}  // namespace laminar
