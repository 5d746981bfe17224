#include "connectors/websocket/options/option_groups.h"

namespace laminar::websocket_options {

void add_endpoint_options(Schema& schema) {
    schema
        .add_choice("mode", &Options::mode, {{"client", WebSocketMode::client}, {"server", WebSocketMode::server}},
                    {.help = "Whether Laminar connects to an endpoint or listens for clients.",
                     .example = "'client'",
                     .required = true})
        .add_choice(
            "format", &Options::format,
            {{"json", MessageFormat::json},
             {"text", MessageFormat::text},
             {"binary", MessageFormat::binary},
             {"msgpack", MessageFormat::msgpack},
             {"cbor", MessageFormat::cbor},
             {"protobuf", MessageFormat::protobuf},
             {"debezium_json", MessageFormat::debezium_json}},
            {.help = "How messages are read and written. msgpack, cbor and protobuf are read as the JSON that they "
                     "stand for; debezium_json are changes of rows.",
             .example = "'json'",
             .required = true,
             .fixed_in_use = true})
        .add("proto_file", &Options::proto_file,
             {.help = "Path of the .proto file, or of the set of file descriptors that protoc makes of it "
                      "(--include_imports --descriptor_set_out). It is read when the connection is declared.",
              .example = "'protos/trades.proto'",
              .rule = TextRule::not_empty,
              .required = true,
              .applies_when = {protobuf()},
              .fixed_in_use = true})
        .add("proto_message", &Options::proto_message,
             {.help = "Full name of the type of messages that come.",
              .example = "'feed.v1.Trade'",
              .rule = TextRule::not_empty,
              .required = true,
              .applies_when = {protobuf()},
              .fixed_in_use = true})
        .add("proto_send_message", &Options::proto_send_message,
             {.help = "Full name of the type of messages that are made of rows.",
              .example = "'feed.v1.Order'",
              .absent = "that of proto_message",
              .rule = TextRule::not_empty,
              .applies_when = {protobuf()},
              .fixed_in_use = true})
        .add("proto_path", &Options::proto_path,
             {.help = "Folder, or list of folders, in which imports of proto_file are looked for. "
                      "google/protobuf/*.proto is known without one.",
              .example = "['protos', 'vendor/protos']",
              .absent = "the folder of proto_file",
              .rule = TextRule::not_empty,
              .applies_when = {protobuf()},
              .fixed_in_use = true})
        .add("endpoint", &Options::endpoint,
             {.help = "URL to connect to; several in a list are tried in turn.",
              .example = "'wss://stream.example.com/events'",
              .rule = TextRule::websocket_url,
              .required = true,
              .applies_when = {client()},
              .placeholders = {"resume"},
              .instead = "a server listens: give \"port\" (and \"host\", \"path\") instead, or set mode = 'client'",
              .aliases = {"url"}})
        .add("headers", &Options::headers,
             {.help = "HTTP headers of the handshake request. Secrets are read anew at every connect.",
              .example = "MAP {'Authorization': 'Bearer ${secret:api_token}'}",
              .absent = "none but those of the protocol",
              .rule = TextRule::headers,
              .secret = true,
              .applies_when = {client()},
              .placeholders = {"resume"}})
        .add("subprotocols", &Options::subprotocols,
             {.help = "WebSocket subprotocols offered (client) or accepted (server), the best first.",
              .example = "['v2.feed', 'v1.feed']",
              .absent = "none",
              .rule = TextRule::token})
        .add("proxy", &Options::proxy,
             {.help = "HTTP proxy through which to connect (CONNECT).",
              .example = "'http://proxy.example.com:3128'",
              .absent = "HTTPS_PROXY (for wss) or HTTP_PROXY (for ws) and NO_PROXY of the environment",
              .rule = TextRule::proxy_url,
              .secret = true,
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
        .add("handshake", &Options::handshake,
             {.help =
                  "Steps of what is said first after every connect: messages to expect, and messages to send. Without "
                  "what a step expects, the attempt has failed.",
              .example = "[MAP {'expect': MAP {'$.type': 'auth_required'}}, MAP {'send': JSON_OBJECT('type': 'auth', "
                         "'token': SECRET('api_token'))}, MAP {'expect': MAP {'$.type': 'auth_ok'}, 'refuse': MAP "
                         "{'$.type': 'auth_invalid'}, 'timeout_ms': 5000}]",
              .absent = "nothing is said before subscribe_message",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .in_session = true,
              .rules = RuleForm::step,
              .applies_when = {client()},
              .placeholders = {"resume"}})
        .add("subscribe_message", &Options::subscribe_message,
             {.help = "Message, or list of messages, sent in order after every connect (and the handshake).",
              .example = "JSON_OBJECT('action': 'subscribe', 'channels': ['trades'])",
              .absent = "nothing is sent",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .in_session = true,
              .applies_when = {client()},
              .placeholders = {"resume"}})
        .add("subscribe_interval_ms", &Options::subscribe_interval,
             {.help = "Pause between one subscribe_message and the next, for peers that ban who asks for much at once.",
              .example = "250",
              .unit = "ms",
              .minimum = 0,
              .maximum = one_day_ms,
              .applies_when = {client()},
              .needs = {"subscribe_message"}})
        .add(
            "subscribe_confirm", &Options::subscribe_confirm,
            {.help = "JSON paths and the values that one reply must have there; without it the attempt has failed. The "
                     "reply is not a row.",
             .example = "MAP {'$.type': 'subscribed'}",
             .absent = "no reply is awaited",
             .rule = TextRule::json_path,
             .applies_when = {client()}})
        .add("subscribe_confirm_timeout_ms", &Options::subscribe_confirm_timeout,
             {.help = "How long to wait for that reply.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .applies_when = {client()},
              .needs = {"subscribe_confirm"}})
        .add("resume_field", &Options::resume_field,
             {.help =
                  "JSON path of the position in the feed; the last one seen replaces ${resume} when connecting again.",
              .example = "'$.sequence'",
              .absent = "positions are not kept",
              .rule = TextRule::json_path,
              .applies_when = {client(), json_values()},
              .fills = "${resume}"});
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
             {.help = "Bound of the growing delay. Larger: less load on an endpoint that is down, and later back when "
                      "it is up.",
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
              .effective_when = {reconnecting()}})
        .add("follow_redirects", &Options::follow_redirects,
             {.help = "How many redirects (HTTP 301, 302, 303, 307, 308) an attempt to connect follows. Headers of the "
                      "option headers go to other hosts no more, and from wss it goes to wss alone.",
              .example = "3",
              .minimum = 0,
              .maximum = 20,
              .applies_when = {client()}})
        .add(
            "reconnect_url_path", &Options::reconnect_url_path,
            {.help = "JSON path of a URL in messages of a peer that asks to go on there. It is connected to beside the "
                     "connection, which is closed when that has worked.",
             .example = "'$.payload.session.reconnect_url'",
             .absent = "no message leads elsewhere",
             .rule = TextRule::json_path,
             .applies_when = {client(), json_values()},
             .effective_when = {reconnecting()}})
        .add("give_up_close_codes", &Options::give_up_close_codes,
             {.help = "Close codes after which it does not connect again, unless the connection had lasted "
                      "reconnect_stable_ms; [] for none.",
              .example = "[1008, '4000-4099']",
              .rule = TextRule::close_codes,
              .applies_when = {client()},
              .effective_when = {reconnecting()}})
        .add("give_up_http_statuses", &Options::give_up_http_statuses,
             {.help = "HTTP statuses of a refused handshake after which it does not try again; [] for none.",
              .example = "[401, 403, '410-499']",
              .rule = TextRule::http_statuses,
              .applies_when = {client()},
              .effective_when = {reconnecting()}});
}

void add_liveness_options(Schema& schema) {
    schema
        .add(
            "heartbeat_interval_s", &Options::heartbeat_interval,
            {.help =
                 "How often a ping is sent; 0 for never. Larger: less traffic, and a dead connection is noticed later.",
             .example = "10",
             .unit = "s",
             .minimum = 0,
             .maximum = one_day_s})
        .add("heartbeat_timeout_s", &Options::heartbeat_timeout,
             {.help = "How long its pong may take before the connection counts as lost. Larger: slow peers are not "
                      "given up, and a dead one is noticed later.",
              .example = "5",
              .unit = "s",
              .minimum = 1,
              .maximum = one_day_s})
        .add("heartbeat_interval_ms_field", &Options::heartbeat_interval_ms_field,
             {.help = "JSON path, in messages that the handshake awaits, of the interval in ms at which the peer wants "
                      "heartbeats; it takes the place of heartbeat_interval_s.",
              .example = "'$.d.heartbeat_interval'",
              .absent = "heartbeat_interval_s holds",
              .rule = TextRule::json_path,
              .applies_when = {client()},
              .needs = {"handshake"}})
        .add("ping_message", &Options::ping_message,
             {.help = "Message sent with every ping, for feeds that want heartbeats of their own.",
              .example = "JSON_OBJECT('op': 'ping')",
              .absent = "protocol pings alone",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .in_session = true,
              .placeholders = {"resume"}})
        .add("pong_message", &Options::pong_message,
             {.help =
                  "The peer's answer to ping_message, not a row: the same text, or JSON with at least these members. "
                  "With it, pongs of the protocol alone are no sign of life.",
              .example = "JSON_OBJECT('op': 'pong')",
              .absent = "anything received is a sign of life",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .needs = {"ping_message"}})
        .add("replies", &Options::replies,
             {.help =
                  "Messages that are answered at once and are no rows, unless the rule says 'keep': true. Of several "
                  "that fit the first counts.",
              .example = "[MAP {'when': MAP {'$.ping': EXISTS}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping'))}]",
              .absent = "no message is answered",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .in_session = true,
              .rules = RuleForm::reply,
              .placeholders = {"resume"}})
        .add("idle_timeout_s", &Options::idle_timeout,
             {.help = "Silence after which a client connects again and a server closes; 0 for never.",
              .example = "120",
              .unit = "s",
              .minimum = 0,
              .maximum = one_day_s});
}

}  // namespace laminar::websocket_options
