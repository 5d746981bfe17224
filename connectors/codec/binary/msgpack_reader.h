#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/message.h"

namespace laminar {

/// Appends the MessagePack values of a payload to json, as PayloadTranslator says. Errors: invalid_msgpack, too_deep.
[[nodiscard]] std::optional<MessageError> append_msgpack_as_json(std::string_view payload, std::string& json);

}  // namespace laminar
