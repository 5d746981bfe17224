#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/objects/connector_registry.h"

namespace laminar {

/// How the messages of a connection become columns; record: the entries of its streams errors and dlq do.
enum class PayloadShape : std::uint8_t { fields, text, bytes, record };

/// By the connection's option format; fields for connectors without one.
[[nodiscard]] PayloadShape payload_shape(const ConnectionObject& connection);
/// Whether its messages are changes of rows (format = 'debezium_json').
[[nodiscard]] bool carries_changes(const ConnectionObject& connection);

/// Of a table that reads the connection: a column of the name of a number that routes rows
/// (MetadataColumn::routes_rows) and of an integer type that has no room for all of them, or is not taken for one when
/// rows are sent. Null when there is none.
[[nodiscard]] const ColumnObject* find_unfit_routing_column(const std::vector<ColumnObject>& columns,
                                                            const ConnectionObject& connection);

/// Lets columns be filled from metadata: those that bear the name of a metadata column and have a type it fits into,
/// unless they have a json_path. In messages of fields, message and data are fields; in text and binary ones "size" is
/// another name of message_size, and one column takes the payload ("message" or the first TEXT, "data" or the first
/// BYTEA). A record tells of another message: of itself there is no more than processed_at.
/// What routes rows of the connection (MetadataColumn::routes_rows) is metadata alone.
void assign_metadata(std::vector<ColumnObject>& columns, PayloadShape shape, const ConnectionObject& connection,
                     const ConnectorRegistry& registry);

/// The names of a table's columns within the engine, in their order (column_name.h).
[[nodiscard]] std::vector<std::string> engine_column_names(const std::vector<ColumnObject>& columns);
/// The name within the engine of the column that find_column finds; the name itself where there is none.
[[nodiscard]] std::string engine_name_of(const std::vector<ColumnObject>& columns, std::string_view name);
/// The column of a name: of that spelling, else in another case; null where there is none.
[[nodiscard]] const ColumnObject* find_column(const std::vector<ColumnObject>& columns, std::string_view name) noexcept;

/// Whether a column of a table, view or query may have the name (is_reserved_column_name); reports why not.
bool check_column_name(std::string_view name, SourceSpan span, Diagnostics& diagnostics);

/// Whether metadata of a type can be put into a column of another without loss of meaning.
[[nodiscard]] bool metadata_fits(TypeId metadata, const ColumnType& column);

}  // namespace laminar
