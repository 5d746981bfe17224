#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/query/bound_query.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// What the rows of a stream are read from: messages of a connection, or the records of its errors and dead letters,
/// which are JSON whatever the messages are.
struct StreamContent {
    StreamContent() = default;
    StreamContent(MessageFormat message_format) : format(message_format) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] static StreamContent records() {
        StreamContent content;
        content.is_records = true;
        return content;
    }

    MessageFormat format = MessageFormat::json;
    bool is_records = false;
};

/// The columns in which metadata travels with every row beside the declared columns. They have names of their own, so
/// that a declared column of a metadata name hides nothing: "__laminar_received_at".
[[nodiscard]] std::string hidden_column_name(MetadataField field);
/// What the name begins with where the column names the peer (MetadataColumn::names_peer).
inline constexpr std::string_view peer_column_prefix = "__laminar_peer_";

/// What a decoder fills for a table bound to a connection: its declared columns, then the hidden metadata.
[[nodiscard]] std::shared_ptr<const BatchSchema> table_batch_schema(const TableObject& table, StreamContent content);

/// What a decoder fills for a connection that a query reads directly: the fields the query names, then the hidden
/// metadata that it names or that a report of a row that fails needs. Values of another type than the inferred one are
/// converted where TRY_CAST could (the types are Laminar's guess, not the user's word).
[[nodiscard]] std::shared_ptr<const BatchSchema> connection_batch_schema(const QueryInput& input, MessageFormat format);

/// Whole messages, with what every connector knows of them.
[[nodiscard]] std::shared_ptr<const BatchSchema> message_batch_schema(MessageFormat format);

/// FROM text that shows rows of such a schema under the names a bound query expects:
/// (SELECT "price", "__laminar_received_at" AS "received_at" FROM rows_sql). further_column: one of rows_sql to show,
/// too.
[[nodiscard]] std::string scan_sql(const QueryInput& input, StreamContent content, std::string_view rows_sql,
                                   std::string_view further_column = {});

/// Metadata as SQL over the columns of such a schema.
[[nodiscard]] std::string metadata_sql(MetadataField field, const BatchSchema& schema);

/// The name under which the engine keeps the rows of a table.
[[nodiscard]] std::string engine_table_name(std::string_view table);

}  // namespace laminar
