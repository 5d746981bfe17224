#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/message.h"

namespace laminar {

/// Appends the changes of a payload (of Debezium: before, after and op, with or without the schema around them) to
/// json, each on a line, with a field change_field in front: the row that is changed, which begins with change_mark and
/// the op. What is no change stays as it is; a null (a tombstone) and a logical message (op "m") are left out. Errors:
/// invalid_change (a deletion without before, a truncation, an op that nobody knows).
[[nodiscard]] std::optional<MessageError> append_change_as_json(std::string_view payload, std::string& json);

}  // namespace laminar
