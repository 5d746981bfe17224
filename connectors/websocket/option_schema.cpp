#include "connectors/websocket/option_schema.h"

#include "connectors/websocket/options.h"

namespace laminar {
namespace {

using Options = WebSocketOptions;
using Schema = OptionSchemaOf<Options>;

constexpr double one_day_ms = 86'400'000;
constexpr double one_day_s = 86'400;
constexpr double one_gigabyte = 1ULL << 30;

OptionCondition client() { return {"mode", {"client"}}; }
OptionCondition server() { return {"mode", {"server"}}; }
OptionCondition reconnecting() { return {"reconnect", {"true"}}; }
OptionCondition json() { return {"format", {"json"}}; }
OptionCondition deflate() { return {"compression", {"deflate"}}; }

void add_endpoint_options(Schema& schema) {
    schema
        .add_choice("mode", &Options::mode, {{"client", WebSocketMode::client}, {"server", WebSocketMode::server}},
                    {.help = "Whether Laminar connects to an endpoint or listens for clients.",
                     .example = "'client'",
                     .required = true})
        .add_choice("format", &Options::format,
                    {{"json", MessageFormat::json}, {"text", MessageFormat::text}, {"binary", MessageFormat::binary}},
                    {.help = "How messages are read and written.", .example = "'json'", .required = true})
        .add("endpoint", &Options::endpoint,
             {.help = "URL to connect to; several in a list are tried in turn.",
              .example = "'wss://stream.example.com/events'",
              .rule = TextRule::websocket_url,
              .required = true,
              .applies_when = {client()},
              .instead = "a server listens: give \"port\" (and \"host\", \"path\") instead, or set mode = 'client'",
              .aliases = {"url"}})
        .add("headers", &Options::headers,
             {.help = "HTTP headers of the handshake request. Secrets are read anew at every connect.",
              .example = "MAP {'Authorization': 'Bearer ${secret:api_token}'}",
              .absent = "none but those of the protocol",
              .rule = TextRule::headers,
              .secret = true,
              .applies_when = {client()}})
        .add("subprotocols", &Options::subprotocols,
             {.help = "WebSocket subprotocols offered (client) or accepted (server), the best first.",
              .example = "['v2.feed', 'v1.feed']",
              .absent = "none",
              .rule = TextRule::token})
        .add("proxy", &Options::proxy,
             {.help = "HTTP proxy through which to connect (CONNECT).",
              .example = "'http://proxy.example.com:3128'",
              .absent = "connects directly",
              .rule = TextRule::proxy_url,
              .secret = true,
              .available = false,
              .applies_when = {client()}})
        .add("connect_timeout_ms", &Options::connect_timeout,
             {.help = "How long name resolution and the TCP connection may take.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .applies_when = {client()}})
        .add("handshake_timeout_ms", &Options::handshake_timeout,
             {.help = "How long TLS and the WebSocket handshake may take.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms});
}

void add_subscription_options(Schema& schema) {
    schema
        .add("subscribe_message", &Options::subscribe_message,
             {.help = "Message, or list of messages, sent in order after every connect.",
              .example = "JSON_OBJECT('action': 'subscribe', 'channels': ['trades'])",
              .absent = "nothing is sent",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .applies_when = {client()}})
        .add("subscribe_confirm", &Options::subscribe_confirm,
             {.help = "JSON paths and the values that one reply must have there; without it the attempt has failed.",
              .example = "MAP {'$.type': 'subscribed'}",
              .absent = "no reply is awaited",
              .rule = TextRule::json_path,
              .available = false,
              .applies_when = {client()}})
        .add("subscribe_confirm_timeout_ms", &Options::subscribe_confirm_timeout,
             {.help = "How long to wait for that reply.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .available = false,
              .applies_when = {client()},
              .needs = {"subscribe_confirm"}})
        .add("resume_field", &Options::resume_field,
             {.help =
                  "JSON path of the position in the feed; the last one seen replaces ${resume} when connecting again.",
              .example = "'$.sequence'",
              .absent = "positions are not kept",
              .rule = TextRule::json_path,
              .available = false,
              .applies_when = {client(), json()}});
}

void add_reconnect_options(Schema& schema) {
    schema
        .add("reconnect", &Options::reconnect,
             {.help = "Connect again after a disconnect.", .example = "false", .applies_when = {client()}})
        .add("reconnect_interval_ms", &Options::reconnect_interval,
             {.help = "Longest delay before the first new attempt; the actual one is random up to it.",
              .example = "1000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .applies_when = {client()},
              .effective_when = {reconnecting()}})
        .add("reconnect_backoff_multiplier", &Options::reconnect_backoff_multiplier,
             {.help = "Factor by which the delay grows with every failed attempt.",
              .example = "2",
              .minimum = 1,
              .maximum = 100,
              .applies_when = {client()},
              .effective_when = {reconnecting()}})
        .add("max_reconnect_interval_ms", &Options::max_reconnect_interval,
             {.help = "Bound of the growing delay.",
              .example = "60000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .applies_when = {client()},
              .effective_when = {reconnecting()},
              .not_below = "reconnect_interval_ms"})
        .add("max_reconnect_attempts", &Options::max_reconnect_attempts,
             {.help = "Failed attempts in a row after which the connection has failed; -1 for no limit.",
              .example = "100",
              .minimum = -1,
              .maximum = 1'000'000'000,
              .applies_when = {client()},
              .effective_when = {reconnecting()}})
        .add("reconnect_stable_ms", &Options::reconnect_stable,
             {.help = "How long a connection must have lasted for delays and attempts to start anew.",
              .example = "30000",
              .unit = "ms",
              .minimum = 0,
              .maximum = one_day_ms,
              .applies_when = {client()},
              .effective_when = {reconnecting()}});
}

void add_liveness_options(Schema& schema) {
    schema
        .add("heartbeat_interval_s", &Options::heartbeat_interval,
             {.help = "How often a ping is sent; 0 for never.",
              .example = "10",
              .unit = "s",
              .minimum = 0,
              .maximum = one_day_s})
        .add("heartbeat_timeout_s", &Options::heartbeat_timeout,
             {.help = "How long its pong may take before the connection counts as lost.",
              .example = "5",
              .unit = "s",
              .minimum = 1,
              .maximum = one_day_s})
        .add("ping_message", &Options::ping_message,
             {.help = "Message sent with every ping, for feeds that want heartbeats of their own.",
              .example = "JSON_OBJECT('op': 'ping')",
              .absent = "protocol pings alone",
              .rule = TextRule::not_empty,
              .takes_json = true})
        .add("pong_message", &Options::pong_message,
             {.help = "The peer's answer to ping_message: a sign of life, not a row.",
              .example = "JSON_OBJECT('op': 'pong')",
              .absent = "any message is a sign of life",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .needs = {"ping_message"}})
        .add("idle_timeout_s", &Options::idle_timeout,
             {.help = "Silence after which a client connects again and a server closes; 0 for never.",
              .example = "120",
              .unit = "s",
              .minimum = 0,
              .maximum = one_day_s});
}

void add_server_options(Schema& schema) {
    schema
        .add("host", &Options::host,
             {.help = "Address to listen on; '0.0.0.0' or '::' for all networks.",
              .example = "'0.0.0.0'",
              .rule = TextRule::host,
              .applies_when = {server()},
              .instead = "a client connects: the host is part of \"endpoint\""})
        .add("port", &Options::port,
             {.help = "Port to listen on; 0 picks a free one.",
              .example = "8080",
              .minimum = 0,
              .maximum = 65535,
              .required = true,
              .applies_when = {server()},
              .instead =
                  "a client connects: give \"endpoint\" with the port in its URL instead, or set mode = 'server'"})
        .add("path", &Options::path,
             {.help = "Path at which connections are accepted; others get 404.",
              .example = "'/events'",
              .rule = TextRule::request_path,
              .applies_when = {server()},
              .instead = "a client connects: the path is part of \"endpoint\""})
        .add("max_connections", &Options::max_connections,
             {.help = "Clients at once; more are refused with 503.",
              .example = "1000",
              .unit = "clients",
              .minimum = 1,
              .maximum = 1'000'000,
              .applies_when = {server()}})
        .add("max_connections_per_ip", &Options::max_connections_per_ip,
             {.help = "Clients at once from one address; more are refused with 429. 0 for no limit.",
              .example = "20",
              .unit = "clients",
              .minimum = 0,
              .maximum = 1'000'000,
              .applies_when = {server()}})
        .add("auth_token", &Options::auth_token,
             {.help = "Token clients must send as Authorization: Bearer; others get 401.",
              .example = "'${secret:feed_token}'",
              .absent = "no token is needed",
              .rule = TextRule::not_empty,
              .secret = true,
              .applies_when = {server()},
              .instead = "a client sends it as a header: headers = MAP {'Authorization': 'Bearer ${secret:name}'}"})
        .add("basic_auth", &Options::basic_auth,
             {.help = "user:password clients must send as Authorization: Basic; others get 401.",
              .example = "'feed:${secret:feed_password}'",
              .absent = "no password is needed",
              .rule = TextRule::credentials,
              .secret = true,
              .applies_when = {server()},
              .instead = "a client sends it as a header: headers = MAP {'Authorization': 'Basic ${secret:name}'}"})
        .add("allowed_origins", &Options::allowed_origins,
             {.help = "Values of the Origin header that are accepted; others get 403.",
              .example = "['https://app.example.com']",
              .absent = "any origin is accepted",
              .rule = TextRule::origin,
              .applies_when = {server()}})
        .add("max_header_size", &Options::max_header_size,
             {.help = "Bytes a handshake request may have.",
              .example = "16384",
              .unit = "bytes",
              .minimum = 512,
              .maximum = 1 << 20,
              .applies_when = {server()}})
        .add("broadcast", &Options::broadcast,
             {.help = "Send every outgoing row to every client, not to the one in its client_id column.",
              .example = "true",
              .applies_when = {server()}})
        .add_choice("slow_client", &Options::slow_client,
                    {{"block", SlowClientPolicy::block},
                     {"drop_oldest", SlowClientPolicy::drop_oldest},
                     {"disconnect", SlowClientPolicy::disconnect}},
                    {.help = "What happens when a client does not take its messages and its queue is full.",
                     .example = "'disconnect'",
                     .applies_when = {server()}});
}

void add_tls_options(Schema& schema) {
    schema
        .add("tls_verify", &Options::tls_verify,
             {.help = "Verify the server's certificate.", .example = "true", .applies_when = {client()}})
        .add("tls_hostname_verification", &Options::tls_hostname_verification,
             {.help = "Verify that the certificate is for the host of the endpoint.",
              .example = "true",
              .applies_when = {client()},
              .effective_when = {{"tls_verify", {"true"}}}})
        .add("tls_ca_cert", &Options::tls_ca_cert,
             {.help = "Path or PEM text of the authorities to trust, instead of the system's.",
              .example = "'/certs/ca.pem'",
              .absent = "the system's authorities",
              .rule = TextRule::pem_or_path,
              .applies_when = {client()},
              .instead = "a server verifies its clients with \"tls_client_ca\""})
        .add("tls_client_cert", &Options::tls_client_cert,
             {.help = "Path or PEM text of the certificate to show to the server.",
              .example = "'/certs/client.pem'",
              .absent = "none is shown",
              .rule = TextRule::pem_or_path,
              .applies_when = {client()},
              .needs = {"tls_client_key"},
              .instead = "a server has \"tls_cert\""})
        .add("tls_client_key", &Options::tls_client_key,
             {.help = "Path or PEM text of that certificate's private key.",
              .example = "'/certs/client.key'",
              .absent = "none",
              .rule = TextRule::pem_or_path,
              .secret = true,
              .applies_when = {client()},
              .needs = {"tls_client_cert"},
              .instead = "a server has \"tls_key\""})
        .add("tls_cert", &Options::tls_cert,
             {.help = "Path or PEM text of the server's certificate (chain); with it the server speaks wss.",
              .example = "'/certs/server.pem'",
              .absent = "plain ws",
              .rule = TextRule::pem_or_path,
              .applies_when = {server()},
              .needs = {"tls_key"},
              .instead = "a client has \"tls_client_cert\""})
        .add("tls_key", &Options::tls_key,
             {.help = "Path or PEM text of that certificate's private key.",
              .example = "'/certs/server.key'",
              .absent = "none",
              .rule = TextRule::pem_or_path,
              .secret = true,
              .applies_when = {server()},
              .needs = {"tls_cert"},
              .instead = "a client has \"tls_client_key\""})
        .add("tls_client_ca", &Options::tls_client_ca,
             {.help = "Path or PEM text of the authorities whose client certificates are accepted; others are refused.",
              .example = "'/certs/client-ca.pem'",
              .absent = "clients need no certificate",
              .rule = TextRule::pem_or_path,
              .applies_when = {server()},
              .needs = {"tls_cert"},
              .instead = "a client has \"tls_ca_cert\""});
}

void add_flow_options(Schema& schema) {
    schema
        .add("buffer_size", &Options::buffer_size,
             {.help = "Inbound messages that may wait to be processed.",
              .example = "5000",
              .unit = "messages",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("buffer_bytes", &Options::buffer_bytes,
             {.help = "Bytes of them.",
              .example = "67108864",
              .unit = "bytes",
              .minimum = 1024,
              .maximum = 64 * one_gigabyte})
        .add_choice("overflow", &Options::overflow,
                    {{"block", OverflowPolicy::block},
                     {"drop_oldest", OverflowPolicy::drop_oldest},
                     {"drop_newest", OverflowPolicy::drop_newest}},
                    {.help = "What happens when that buffer is full: stop reading, or drop (and count).",
                     .example = "'drop_oldest'"})
        .add("send_buffer_size", &Options::send_buffer_size,
             {.help = "Outgoing messages that may wait, for each peer.",
              .example = "1000",
              .unit = "messages",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("max_message_size", &Options::max_message_size,
             {.help = "Bytes a message may have, after decompression; a larger one closes the connection (1009).",
              .example = "1048576",
              .unit = "bytes",
              .minimum = 1,
              .maximum = one_gigabyte})
        .add("batch_size", &Options::batch_size,
             {.help = "Rows to wait for before they are processed together.",
              .example = "1000",
              .unit = "rows",
              .absent = "whatever has arrived is processed at once",
              .minimum = 1,
              .maximum = 10'000'000,
              .available = false})
        .add("batch_timeout_ms", &Options::batch_timeout,
             {.help = "How long to wait for a full batch.",
              .example = "100",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .available = false,
              .needs = {"batch_size"}})
        .add_choice("batch_framing", &Options::batch_framing,
                    {{"none", BatchFraming::none}, {"array", BatchFraming::array}, {"ndjson", BatchFraming::ndjson}},
                    {.help = "How outgoing rows share a message: one each, a JSON array, or one object a line.",
                     .example = "'array'",
                     .available = false,
                     .applies_when = {json()}});
}

void add_compression_options(Schema& schema) {
    schema
        .add_choice("compression", &Options::compression,
                    {{"none", WebSocketCompression::none},
                     {"gzip", WebSocketCompression::gzip},
                     {"zstd", WebSocketCompression::zstd},
                     {"deflate", WebSocketCompression::deflate}},
                    {.help = "Payload compression (gzip, zstd), or permessage-deflate of the protocol (deflate).",
                     .example = "'zstd'",
                     .unavailable_values = {"gzip", "zstd"}})
        .add("compression_level", &Options::compression_level,
             {.help = "Effort of compressing: 1 to 9 for gzip and deflate, 1 to 22 for zstd.",
              .example = "3",
              .absent = "6 for gzip and deflate, 3 for zstd",
              .minimum = 1,
              .maximum = 22,
              .bounds_when = {{{"compression", {"gzip", "deflate"}}, {1, 9}}},
              .effective_when = {{"compression", {"gzip", "zstd", "deflate"}}}})
        .add("compression_threshold", &Options::compression_threshold,
             {.help = "Smaller outgoing messages are not compressed.",
              .example = "256",
              .unit = "bytes",
              .minimum = 0,
              .maximum = one_gigabyte,
              .effective_when = {{"compression", {"gzip", "zstd", "deflate"}}}})
        .add("deflate_window_bits", &Options::deflate_window_bits,
             {.help = "Size of the permessage-deflate window, as a power of two.",
              .example = "12",
              .minimum = 9,
              .maximum = 15,
              .effective_when = {deflate()}})
        .add("deflate_no_context_takeover", &Options::deflate_no_context_takeover,
             {.help = "Compress each message by itself: less memory for each peer, larger messages.",
              .example = "true",
              .effective_when = {deflate()}});
}

void add_error_options(Schema& schema) {
    schema
        .add_choice("on_error", &Options::on_error,
                    {{"continue", ErrorPolicy::proceed}, {"fail", ErrorPolicy::fail}, {"retry", ErrorPolicy::retry}},
                    {.help = "After an error: go on, fail the connection, or try the message again (3 times).",
                     .example = "'continue'",
                     .unavailable_values = {"retry"}})
        .add("max_errors_per_minute", &Options::max_errors_per_minute,
             {.help = "More errors than that in a minute fail the connection.",
              .example = "10",
              .unit = "errors",
              .absent = "no limit",
              .minimum = 0,
              .maximum = 1'000'000'000})
        .add("error_buffer_size", &Options::error_buffer_size,
             {.help = "Errors that may wait in the errors stream.",
              .example = "100",
              .unit = "errors",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("dlq_enabled", &Options::dlq_enabled,
             {.help = "Give messages that cannot be decoded, whole and with the reason, to tables with stream = 'dlq'.",
              .example = "true"});
}

void add_acknowledgement_options(Schema& schema) {
    const OptionCondition manual{"auto_ack", {"false"}};
    schema
        .add("auto_ack", &Options::auto_ack,
             {.help = "false: a message is done only when ACKNOWLEDGE_MESSAGE(message_id) is called for it.",
              .example = "false",
              .unavailable_values = {"false"}})
        .add("ack_message", &Options::ack_message,
             {.help = "Acknowledgement sent to where a message came from; ${message_id} stands for its id.",
              .example = "JSON_OBJECT('op': 'ack', 'id': '${message_id}')",
              .absent = "{\"type\":\"ack\",\"message_id\":...} with auto_ack = false, else none",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .available = false})
        .add("ack_timeout_ms", &Options::ack_timeout,
             {.help = "After that long without acknowledgement a message is delivered again.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .available = false,
              .effective_when = {manual}})
        .add("max_deliveries", &Options::max_deliveries,
             {.help = "Deliveries of one message after which it becomes a dead letter.",
              .example = "5",
              .minimum = 1,
              .maximum = 1'000'000,
              .available = false,
              .effective_when = {manual}})
        .add("message_id_field", &Options::message_id_field,
             {.help = "Field of the payload that is the message's id, if it has one.",
              .example = "'id'",
              .rule = TextRule::json_path,
              .effective_when = {json()}});
}

Schema make_schema() {
    Schema schema("connector \"websocket\"");
    add_endpoint_options(schema);
    add_subscription_options(schema);
    add_reconnect_options(schema);
    add_liveness_options(schema);
    add_server_options(schema);
    add_tls_options(schema);
    add_flow_options(schema);
    add_compression_options(schema);
    add_error_options(schema);
    add_acknowledgement_options(schema);
    return schema;
}

}  // namespace

const OptionSchema& websocket_option_schema() {
    static const Schema schema = make_schema();
    return schema;
}

}  // namespace laminar
