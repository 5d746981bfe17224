#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_context.h"

namespace laminar {

/// TO generator: messages {"counter":1,"timestamp":"2024-01-15T10:30:00.123456Z"}, counting from 1, stamped when made.
/// Each open starts over at 1. Ends after max_rows.
[[nodiscard]] std::unique_ptr<Connection> make_generator_connection(const ConnectionObject& definition,
                                                                    const ConnectionContext& context);

}  // namespace laminar
