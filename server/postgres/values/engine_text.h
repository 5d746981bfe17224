#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"

namespace laminar::postgres {

/// What the engine casts to a type, for a text of the type as PostgreSQL's clients write it: \xdead is \xDE\xAD there,
/// 0044-03-15 BC is 0044-03-15 (BC), an interval has no plus, and a truth is true or false. Of other types the text
/// itself. Nothing: it is none of the type.
[[nodiscard]] std::optional<std::string> engine_text(TypeId type, std::string_view text);

/// That of bytes.
[[nodiscard]] std::string engine_blob_text(std::string_view bytes);

/// {1,NULL,"a \"b\""}, of one dimension: its elements, without quotes. Nothing: it is no array.
[[nodiscard]] std::optional<std::vector<std::optional<std::string>>> read_array_text(std::string_view text);

}  // namespace laminar::postgres
