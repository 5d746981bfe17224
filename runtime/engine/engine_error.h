#pragma once

#include <string_view>

#include "runtime/engine/engine.h"

namespace laminar {

/// Reads an error text of the library: a JSON object (errors_as_json), perhaps after "Parser Error: ", or plain
/// "Type Error: message". sql: the statement that it is about, if that is known.
[[nodiscard]] EngineError parse_engine_error(std::string_view text, std::string_view sql = {});

}  // namespace laminar
