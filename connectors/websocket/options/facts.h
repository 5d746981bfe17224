#pragma once

#include <cstddef>
#include <span>

#include "catalog/objects/metadata_column.h"
#include "catalog/objects/system_table_schema.h"

namespace laminar {

// What only WebSocket connections know: of messages, of themselves and of their clients.

[[nodiscard]] std::span<const MetadataColumn> websocket_metadata() noexcept;
[[nodiscard]] std::span<const StatusColumn> websocket_status_columns() noexcept;
[[nodiscard]] std::span<const SystemTableSchema> websocket_system_tables() noexcept;

/// The fields of websocket_metadata; the client id is MessageOrigin::peer.
struct WebSocketMetadata {
    static const MetadataField client_id;
    static const MetadataField session_id;
    static const MetadataField tls_subject;
    static const MetadataField query_parameters;
    static const MetadataField path_parameters;
    static const MetadataField request_path;
    static const MetadataField frame_type;
};

/// Places in ConnectionStatus::details.
struct WebSocketDetail {
    static constexpr std::size_t port = 0;
    static constexpr std::size_t clients = 1;
    static constexpr std::size_t subprotocol = 2;
    static constexpr std::size_t count = 3;
};

}  // namespace laminar
