#pragma once

#include <memory>
#include <string_view>

#include "runtime/engine/engine_connection.h"

namespace laminar {

/// Prepares one statement; connection must outlive it. Throws EngineException.
[[nodiscard]] std::unique_ptr<PreparedQuery> prepare_statement(const EngineConnection& connection,
                                                               std::string_view sql);

}  // namespace laminar
