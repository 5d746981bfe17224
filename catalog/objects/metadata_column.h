#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalog/objects/column_type.h"

namespace laminar {

/// Facts about a message that every stream row carries beside its payload.
enum class MetadataField : std::uint8_t {
    message_id,  ///< Payload field named by message_id_field, else generated.
    connection_name,
    client_id,         ///< Server mode: which client sent it.
    session_id,        ///< Which of the connection's sessions, from 1 on.
    remote_address,    ///< "ip:port" of the peer.
    tls_subject,       ///< Server mode: subject of the client's certificate.
    query_parameters,  ///< Server mode: parameters in the URL of the client's request.
    received_at,       ///< When the last byte of the message was read, UTC, microseconds.
    processed_at,      ///< When the engine took the row, UTC, microseconds.
    message_size,      ///< Payload bytes as received (before inflation).
    message,           ///< Payload as text; NULL for binary messages that are not UTF-8.
    data,              ///< Payload bytes.
    delivery_count,    ///< 1, or more after redelivery.
};

struct MetadataColumn {
    MetadataField field;
    std::string_view name;
    TypeId type;
    std::string_view help;
};

/// All of them, in the order in which include_metadata = true shows them.
[[nodiscard]] std::span<const MetadataColumn> metadata_columns() noexcept;
/// Columns of such names (__laminar_..., __present_..., in any case) are Laminar's own: neither a declared column nor a
/// field of a message may have one.
[[nodiscard]] bool is_reserved_column_name(std::string_view name);
/// By name without regard to case.
[[nodiscard]] const MetadataColumn* find_metadata_column(std::string_view name) noexcept;

}  // namespace laminar
