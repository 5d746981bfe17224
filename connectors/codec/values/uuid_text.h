#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// 8-4-4-4-12 hexadecimal digits, in braces or not, or 32 digits without hyphens. The top bit is flipped, so that UUIDs
/// sort as signed integers.
[[nodiscard]] std::optional<Int128> parse_uuid(std::string_view text) noexcept;
void append_uuid(std::string& out, Int128 value);

}  // namespace laminar
