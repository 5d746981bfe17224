#pragma once

#include <cstdint>
#include <memory>

#include "connectors/registry/connections.h"

namespace laminar::bench {

/// Number of rows that a connection of rows delivers in all.
void set_source_rows(std::uint64_t rows);

/// Makes every WebSocket client a source of made-up rows, as fast as they are taken, in the place of make_connection:
/// {"id":0,"k":"K17","v":42.5,"ts":"2024-03-01T00:00:00.000Z"}. Row i is of millisecond i, give or take 200; k is one
/// of 100 keys, v is below 100. The rows of a connection depend on its name alone. The connection ends after them.
[[nodiscard]] std::unique_ptr<Connection> make_row_connection(const ConnectionObject& definition,
                                                              const ConnectionContext& context);

}  // namespace laminar::bench
