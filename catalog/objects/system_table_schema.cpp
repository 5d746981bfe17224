#include "catalog/objects/system_table_schema.h"

namespace laminar {
namespace {

constexpr SystemTableColumn connections[] = {
    {"connection_name", TypeId::varchar, "Name given in CREATE CONNECTION"},
    {"connection_state", TypeId::varchar, "idle, connecting, connected, listening, waiting_to_reconnect, failed, ..."},
    {"connected_since", TypeId::timestamp, "When the current connection was made; NULL while there is none"},
    {"messages_received", TypeId::bigint, "Messages read since the start"},
    {"messages_sent", TypeId::bigint, "Messages written since the start"},
    {"bytes_received", TypeId::bigint, "Payload bytes read since the start"},
    {"bytes_sent", TypeId::bigint, "Payload bytes written since the start"},
    {"reconnect_count", TypeId::bigint, "How often the connection was made again"},
    {"last_error", TypeId::varchar, "The latest error, secrets removed; NULL when there was none"},
    {"connector", TypeId::varchar, "Name of the connector"},
    {"endpoint", TypeId::varchar, "URL without secrets, or host:port/path of a server"},
    {"messages_dropped", TypeId::bigint, "Messages dropped because a buffer was full"},
    {"messages_failed", TypeId::bigint, "Messages that could not be decoded or processed, or were never acknowledged"},
    {"messages_unmatched", TypeId::bigint, "Messages that were for none of the tables and pipelines (accept)"},
    {"pending_messages", TypeId::bigint, "Messages buffered and not processed yet"},
    {"last_message_at", TypeId::timestamp, "When the latest message was read; NULL before the first"},
    {"state_reason", TypeId::varchar, "Why it is in this state, secrets removed; NULL when the state says it all"},
    {"attempts", TypeId::bigint, "Attempts to connect again since the connection was last stable"},
    {"next_attempt_at", TypeId::timestamp, "When the next attempt is due; NULL unless it waits to reconnect"},
    {"position", TypeId::varchar, "Last position in the feed, as JSON (resume_field); NULL before the first"},
    {"last_message_age_ms", TypeId::bigint, "How long ago that was; NULL before the first"},
    {"errors", TypeId::bigint, "Entries made in the errors stream: of messages, and of the connection itself"},
    {"errors_dropped", TypeId::bigint, "Entries that a table of the errors stream had no room for"},
    {"dead_letters", TypeId::bigint, "Messages kept in system.dead_letters"},
    {"messages_in_flight", TypeId::bigint, "Messages delivered and not acknowledged yet"},
    {"messages_acknowledged", TypeId::bigint, "Acknowledgements sent to the peer"},
    {"messages_redelivered", TypeId::bigint, "Deliveries after the first, for want of an acknowledgement"},
    {"messages_maybe_lost", TypeId::bigint,
     "Messages sent of which no pong has shown that the peer got them before it was gone"},
};

constexpr SystemTableColumn connection_log[] = {
    {"connection", TypeId::varchar, "Name of the connection"},
    {"timestamp", TypeId::timestamp, "When it happened"},
    {"level", TypeId::varchar, "debug, info, warning or error"},
    {"event", TypeId::varchar, "connecting, connected, disconnected, handshake_failed, decode_error, ..."},
    {"message", TypeId::varchar, "What happened, secrets removed"},
};

constexpr SystemTableColumn connection_gaps[] = {
    {"connection", TypeId::varchar, "Name of the connection"},
    {"started_at", TypeId::timestamp, "When the connection was found to be lost"},
    {"ended_at", TypeId::timestamp, "When it was connected again; NULL while it is not"},
    {"reason", TypeId::varchar, "Why it was lost, secrets removed"},
    {"attempts", TypeId::bigint, "Attempts to connect again so far"},
    {"last_message_at", TypeId::timestamp, "When the last message before it was read; what was sent since may be lost"},
    {"last_position", TypeId::varchar, "Position in the feed before it, as JSON (resume_field); NULL without one"},
    {"resumed", TypeId::boolean, "Whether the peer was told that position (${resume})"},
    {"next_position", TypeId::varchar, "First position after it; NULL until there is one"},
    {"maybe_lost", TypeId::bigint, "Messages sent before it of which no pong has shown that the peer got them"},
    {"client_id", TypeId::varchar, "Server mode: the client that is gone, if messages to it may be lost; else NULL"},
};

constexpr SystemTableColumn dead_letters[] = {
    {"connection_name", TypeId::varchar, "Name of the connection it came through"},
    {"timestamp", TypeId::timestamp, "When it was given up"},
    {"error_type", TypeId::varchar, "invalid_json, type_mismatch, missing_field, processing, not_acknowledged, ..."},
    {"error_message", TypeId::varchar, "Why, secrets removed"},
    {"message_id", TypeId::varchar, "Its id; NULL when it could not be read"},
    {"client_id", TypeId::varchar, "Server mode: the client that sent it"},
    {"remote_address", TypeId::varchar, "Address and port of the peer"},
    {"received_at", TypeId::timestamp, "When it was read"},
    {"message_size", TypeId::bigint, "Bytes of the payload as received"},
    {"delivery_count", TypeId::bigint, "How often it was delivered"},
    {"message", TypeId::varchar, "The payload as text; NULL when it is not UTF-8"},
    {"data", TypeId::blob, "The bytes of the payload, secrets replaced by ***"},
};

constexpr SystemTableColumn pipelines[] = {
    {"name", TypeId::varchar, "Name given in CREATE PIPELINE"},
    {"state", TypeId::varchar, "running, paused, finished or failed"},
    {"sink", TypeId::varchar, "Table it inserts into; NULL when it prints its rows"},
    {"rows_in", TypeId::bigint, "Rows read since the start"},
    {"rows_out", TypeId::bigint, "Rows produced since the start"},
    {"errors", TypeId::bigint, "Rows or messages that failed"},
    {"last_error", TypeId::varchar, "The latest error; NULL when there was none"},
    {"late_rows", TypeId::bigint, "Rows left out because their window had passed, or because they have no time"},
    {"state_rows", TypeId::bigint, "Rows its operators keep now"},
    {"state_bytes", TypeId::bigint, "Their size in bytes, roughly"},
    {"watermark", TypeId::timestamp, "Event time up to which its inputs are complete; NULL without one"},
    {"lag_ms", TypeId::bigint, "Milliseconds by which the watermark is behind the clock; NULL without one"},
};

constexpr SystemTableColumn tables[] = {
    {"name", TypeId::varchar, "Name given in CREATE TABLE"},
    {"kind", TypeId::varchar, "stream (bound to a connection) or stored"},
    {"connection", TypeId::varchar, "Connection it is bound to; NULL for a stored table"},
    {"stream", TypeId::varchar, "messages, errors or dlq; NULL for a stored table, and for one that only sends"},
    {"rows", TypeId::bigint, "Rows retained now"},
    {"rows_received", TypeId::bigint, "Rows read since the start"},
    {"rows_expired", TypeId::bigint, "Rows removed by retention"},
    {"bytes", TypeId::bigint, "About how large the rows retained now are"},
};

constexpr SystemTableColumn connector_options[] = {
    {"connector", TypeId::varchar, "Name of the connector"},
    {"name", TypeId::varchar, "Name of the option"},
    {"type", TypeId::varchar, "Type of its value"},
    {"default_value", TypeId::varchar, "Value when it is not given; NULL when there is none"},
    {"required", TypeId::varchar, "When it must be given"},
    {"help", TypeId::varchar, "What it does"},
};

constexpr SystemTableColumn storage[] = {
    {"directory", TypeId::varchar, "The data directory (--data-dir)"},
    {"database_bytes", TypeId::bigint, "Size of the database, as of the last checkpoint or large append"},
    {"log_bytes", TypeId::bigint, "Size of the log: what has been committed since the last checkpoint"},
    {"commits", TypeId::bigint, "Commits since the directory was made"},
    {"last_commit", TypeId::timestamp, "When the last of them was on disk; NULL before the first"},
    {"last_checkpoint", TypeId::timestamp, "When a commit last found that the log had been worked off; NULL before"},
    {"replayed_bytes", TypeId::bigint, "Of the log that the start has worked off; 0 after an end in good order"},
    {"replayed_commits", TypeId::bigint, "Commits in it"},
    {"replayed_rows", TypeId::bigint, "Rows added, changed or deleted by them; large appends are not counted"},
    {"left_out_bytes", TypeId::bigint, "At the end of it, of a commit that was cut off before it was done"},
    {"disk_limit", TypeId::bigint, "How many bytes the directory may have (SET disk_limit); NULL: as the disk"},
    {"waits_for_room", TypeId::varchar, "Why inputs are not read at the moment; NULL while there is room"},
};

constexpr SystemTableSchema schemas[] = {
    {"connections", "State and counters of every connection", SystemTableContent::connections, connections},
    {"dead_letters", "Messages that could not be used (dlq_enabled), whole, the latest",
     SystemTableContent::dead_letters, dead_letters},
    {"pipelines", "State and counters of every pipeline", SystemTableContent::pipelines, pipelines},
    {"tables", "Tables and how many rows they hold", SystemTableContent::tables, tables},
    // Of no connector: the database knows it by its name.
    {"storage", "The data directory and its log; no row without one", SystemTableContent::of_connector, storage},
    {"connector_options", "Options of every connector", SystemTableContent::connector_options, connector_options},
};

}  // namespace

std::span<const SystemTableSchema> common_system_tables() noexcept { return schemas; }

std::span<const SystemTableColumn> common_columns(SystemTableContent content) noexcept {
    switch (content) {
        case SystemTableContent::connections:
            return connections;
        case SystemTableContent::connection_log:
            return connection_log;
        case SystemTableContent::connection_gaps:
            return connection_gaps;
        case SystemTableContent::dead_letters:
            return dead_letters;
        case SystemTableContent::pipelines:
            return pipelines;
        case SystemTableContent::tables:
            return tables;
        case SystemTableContent::connector_options:
            return connector_options;
        case SystemTableContent::of_connector:
            break;
    }
    return {};
}

}  // namespace laminar
