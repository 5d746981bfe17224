#pragma once

#include "catalog/options/option_schema.h"

namespace laminar {

/// Declares every field of WebSocketOptions (and thereby every option of TO websocket).
[[nodiscard]] const OptionSchema& websocket_option_schema();

}  // namespace laminar
