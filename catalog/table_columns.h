#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog_object.h"

namespace laminar {

/// How the messages of a connection become columns.
enum class PayloadShape : std::uint8_t { fields, text, bytes };

/// By the connection's option format; fields for connectors without one.
[[nodiscard]] PayloadShape payload_shape(const ConnectionObject& connection);

/// Lets columns be filled from metadata: those that bear the name of a metadata column (or "size") and have a type it
/// fits into; for text and binary messages also the one column that takes the payload ("message" or the first TEXT,
/// "data" or the first BYTEA).
void assign_metadata(std::vector<ColumnObject>& columns, PayloadShape shape);

/// Whether metadata of a type can be put into a column of another without loss of meaning.
[[nodiscard]] bool metadata_fits(TypeId metadata, const ColumnType& column);

}  // namespace laminar
