#include "catalog/objects/metadata_column.h"

#include <algorithm>
#include <array>

#include "catalog/objects/catalog.h"
#include "catalog/objects/column_name.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::array<MetadataColumn, 13> columns{{
    {MetadataField::message_id, "message_id", TypeId::varchar,
     "The id in the payload (message_id_field), else a generated one."},
    {MetadataField::connection_name, "connection_name", TypeId::varchar, "The connection it came through."},
    {MetadataField::client_id, "client_id", TypeId::varchar, "Server mode: the client that sent it."},
    {MetadataField::session_id, "session_id", TypeId::bigint,
     "The session it came in: a number that grows with every connect of the connection."},
    {MetadataField::remote_address, "remote_address", TypeId::varchar, "Address and port of the peer."},
    {MetadataField::tls_subject, "tls_subject", TypeId::varchar,
     "Server mode with TLS: subject of the client's certificate; NULL without one."},
    {MetadataField::query_parameters, "query_parameters", TypeId::json,
     "Server mode: parameters in the URL the client connected to, as an object of strings; NULL without any."},
    {MetadataField::received_at, "received_at", TypeId::timestamp, "When its last byte was read, UTC."},
    {MetadataField::processed_at, "processed_at", TypeId::timestamp, "When the engine took the row, UTC."},
    {MetadataField::message_size, "message_size", TypeId::bigint, "Bytes of the payload as received."},
    {MetadataField::message, "message", TypeId::varchar, "The payload as text; NULL when it is binary."},
    {MetadataField::data, "data", TypeId::blob, "The bytes of the payload."},
    {MetadataField::delivery_count, "delivery_count", TypeId::integer, "1, or more after redelivery."},
}};

}  // namespace

std::span<const MetadataColumn> metadata_columns() noexcept { return columns; }

const MetadataColumn* find_metadata_column(std::string_view name) noexcept {
    const auto found = std::find_if(columns.begin(), columns.end(), [name](const MetadataColumn& column) {
        return equals_ignoring_case(column.name, name);
    });
    return found == columns.end() ? nullptr : &*found;
}

bool is_reserved_column_name(std::string_view name) {
    const auto begins_with = [&](std::string_view prefix) {
        return name.size() >= prefix.size() && equals_ignoring_case(name.substr(0, prefix.size()), prefix);
    };
    return begins_with("__laminar_") || begins_with("__present_") || name.find(column_mark) != std::string_view::npos;
}

}  // namespace laminar
