#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/message.h"

namespace laminar {

/// Appends the CBOR values (RFC 8949) of a payload to json, as PayloadTranslator says. Errors: invalid_cbor, too_deep.
[[nodiscard]] std::optional<MessageError> append_cbor_as_json(std::string_view payload, std::string& json);

}  // namespace laminar
