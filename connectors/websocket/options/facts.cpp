#include "connectors/websocket/options/facts.h"

namespace laminar {
namespace {

constexpr MetadataColumn metadata[] = {
    {.name = "client_id",
     .type = TypeId::varchar,
     .help = "Server mode: the client that sent it.",
     .shown_before = "remote_address",
     .names_peer = true,
     .routes_rows = true,
     .routing_option = "mode",
     .routing_value = "server"},
    {.name = "session_id",
     .type = TypeId::bigint,
     .help = "The session it came in: a number that grows with every connect of the connection.",
     .shown_before = "remote_address",
     .routes_rows = true},
    {.name = "tls_subject",
     .type = TypeId::varchar,
     .help = "Server mode with TLS: subject of the client's certificate; NULL without one.",
     .shown_before = "received_at"},
    {.name = "query_parameters",
     .type = TypeId::json,
     .help = "Server mode: parameters in the URL the client connected to, as an object of strings; NULL without any.",
     .shown_before = "received_at"},
    {.name = "path_parameters",
     .type = TypeId::json,
     .help =
         "Server mode: what stood in the URL for the parameters of path, as an object of strings; NULL without any.",
     .shown_before = "received_at"},
    {.name = "request_path",
     .type = TypeId::varchar,
     .help = "Server mode: the path the client connected to, as it is written in the option path.",
     .shown_before = "received_at"},
    {.fact = MetadataFact::frame_type,
     .name = "frame_type",
     .type = TypeId::varchar,
     .help = "How it came: text or binary.",
     .shown_before = "received_at",
     .routes_rows = true},
};

constexpr StatusColumn status_columns[] = {
    {{"port", TypeId::integer, "Port a server listens on; NULL otherwise"}, "messages_dropped"},
    {{"clients", TypeId::bigint, "Clients connected to a server now"}, "messages_dropped", true},
    {{"subprotocol", TypeId::varchar, "Agreed on with the server; NULL without one, and for servers"}, "position"},
};

constexpr SystemTableColumn client_columns[] = {
    {"connection_name", TypeId::varchar, "Name of the server connection"},
    {"client_id", TypeId::varchar, "Id of the client, as in the metadata column client_id"},
    {"remote_address", TypeId::varchar, "Its address and port"},
    {"connected_since", TypeId::timestamp, "When it was admitted"},
    {"tls_subject", TypeId::varchar, "Subject of its certificate; NULL without one"},
    {"subprotocol", TypeId::varchar, "Subprotocol agreed on; NULL when there is none"},
    {"messages_received", TypeId::bigint, "Messages read from it"},
    {"messages_sent", TypeId::bigint, "Messages written to it"},
    {"bytes_received", TypeId::bigint, "Payload bytes read from it"},
    {"bytes_sent", TypeId::bigint, "Payload bytes written to it"},
    {"queued_messages", TypeId::bigint, "Messages that wait to be sent to it"},
    {"messages_dropped", TypeId::bigint, "Messages not sent because it was too slow (slow_client)"},
    {"last_message_at", TypeId::timestamp, "When its latest message was read; NULL before the first"},
};

constexpr SystemTableSchema system_tables[] = {
    {"websocket_connections", "The same of WebSocket connections alone", SystemTableContent::connections},
    {"websocket_clients", "Clients connected to servers now", SystemTableContent::of_connector, client_columns},
    {"websocket_logs", "What happened on connections, latest entries", SystemTableContent::connection_log},
    {"websocket_gaps", "Intervals in which connections were lost, and where they went on",
     SystemTableContent::connection_gaps},
};

}  // namespace

constinit const MetadataField WebSocketMetadata::client_id{metadata[0]};
constinit const MetadataField WebSocketMetadata::session_id{metadata[1]};
constinit const MetadataField WebSocketMetadata::tls_subject{metadata[2]};
constinit const MetadataField WebSocketMetadata::query_parameters{metadata[3]};
constinit const MetadataField WebSocketMetadata::path_parameters{metadata[4]};
constinit const MetadataField WebSocketMetadata::request_path{metadata[5]};
constinit const MetadataField WebSocketMetadata::frame_type{metadata[6]};

std::span<const MetadataColumn> websocket_metadata() noexcept { return metadata; }
std::span<const StatusColumn> websocket_status_columns() noexcept { return status_columns; }
std::span<const SystemTableSchema> websocket_system_tables() noexcept { return system_tables; }

}  // namespace laminar
