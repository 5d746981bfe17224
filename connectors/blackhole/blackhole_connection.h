#pragma once

#include <memory>

#include "connectors/connection.h"
#include "connectors/connection_context.h"

namespace laminar {

/// TO blackhole: counts what is sent to it.
[[nodiscard]] std::unique_ptr<Connection> make_blackhole_connection(const ConnectionObject& definition,
                                                                    const ConnectionContext& context);

}  // namespace laminar
