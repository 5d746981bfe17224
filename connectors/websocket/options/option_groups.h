#pragma once

#include "catalog/options/option_schema.h"
#include "connectors/websocket/options/options.h"

namespace laminar::websocket_options {

using Options = WebSocketOptions;
using Schema = OptionSchemaOf<Options>;

inline constexpr double one_day_ms = 86'400'000;
inline constexpr double one_day_s = 86'400;
inline constexpr double one_gigabyte = 1ULL << 30;

inline OptionCondition client() { return {"mode", {"client"}}; }
inline OptionCondition server() { return {"mode", {"server"}}; }
inline OptionCondition reconnecting() { return {"reconnect", {"true"}}; }
inline OptionCondition json() { return {"format", {"json"}}; }
/// Formats whose messages are JSON values, however they are written.
inline OptionCondition json_values() { return {"format", {"json", "msgpack", "cbor", "protobuf", "debezium_json"}}; }
/// Those of which several may share a message.
inline OptionCondition json_lists() { return {"format", {"json", "msgpack", "cbor", "debezium_json"}}; }
inline OptionCondition protobuf() { return {"format", {"protobuf"}}; }
inline OptionCondition deflate() { return {"compression", {"deflate"}}; }

// The options of TO websocket by what they are about, each declaring them in the order in which they are listed.
void add_endpoint_options(Schema& schema);      ///< Mode, format, and whom to connect to.
void add_subscription_options(Schema& schema);  ///< What a client says first.
void add_reconnect_options(Schema& schema);
void add_liveness_options(Schema& schema);  ///< Heartbeats and silence.
void add_server_options(Schema& schema);    ///< Where a server listens, and who is let in.
void add_tls_options(Schema& schema);
void add_flow_options(Schema& schema);  ///< Buffers, bounds and batches.
void add_compression_options(Schema& schema);

}  // namespace laminar::websocket_options
