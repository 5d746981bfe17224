#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_context.h"

namespace laminar {

/// TO stdout: each message is a line of standard output, written in whole under stdio's lock on it, so that lines
/// never mix with what the program itself prints. Line breaks at the end of a payload count as its own. A reader that
/// went away fails the connection.
[[nodiscard]] std::unique_ptr<Connection> make_stdout_connection(const ConnectionObject& definition,
                                                                 const ConnectionContext& context);

}  // namespace laminar
