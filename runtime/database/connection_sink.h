#pragma once

#include <memory>
#include <string>

#include "catalog/objects/catalog_object.h"
#include "runtime/flow/sinks/sink_writer.h"

namespace laminar {

class LiveConnections;

/// Sends the rows as messages of the connection, as its framing() says. changelog and table: how changes of a result
/// that is updated are sent, and the name to give when that is not said. Of one thread at a time.
[[nodiscard]] std::unique_ptr<SinkWriter> make_connection_sink(LiveConnections& connections, std::string connection,
                                                               Changelog changelog, std::string table);

}  // namespace laminar
