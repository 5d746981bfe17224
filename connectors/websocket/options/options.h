#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/options/computed_text.h"
#include "catalog/options/message_rule.h"
#include "catalog/options/option_set.h"
#include "connectors/codec/format/framing_options.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/delivery_options.h"

namespace laminar {

enum class WebSocketMode : std::uint8_t { client, server };
/// What happens to a peer whose outbound queue is full.
enum class SlowClientPolicy : std::uint8_t { block, drop_oldest, disconnect };
/// What happens to sent messages when the connection breaks before the peer has certainly got them: they are reported,
/// or sent again.
enum class DeliveryGuarantee : std::uint8_t { at_most_once, at_least_once };
/// deflate is RFC 7692 permessage-deflate; the others are about payloads (PayloadCompression).
enum class WebSocketCompression : std::uint8_t { none, gzip, zstd, zlib, raw_deflate, zlib_stream, deflate };

/// The options of TO websocket, checked (option_schema.cpp declares them). Fields bear the names of their options,
/// without the unit; the initial values are the documented defaults. Text may hold unresolved ${secret:name}
/// references, to be resolved anew at every connect. Immutable once bound; shared between threads as const.
struct WebSocketOptions : ConnectorOptions, DeliveryOptions {
    WebSocketMode mode = WebSocketMode::client;
    MessageFormat format = MessageFormat::json;
    // Of format = 'protobuf'.
    std::string proto_file;                         ///< Path of a .proto file or a set of descriptors.
    std::vector<std::string> proto_path;            ///< Folders of imports; empty: that of the file.
    std::string proto_message;                      ///< Type of messages that come.
    std::string proto_send_message;                 ///< The same of rows that are sent; empty: of the same type.
    std::shared_ptr<const ProtobufTypes> protobuf;  ///< What these four say, read when the connection is declared.

    // Client: where to connect, and what to say there.
    ComputedList endpoint;                  ///< ws:// and wss:// URLs, tried in turn. At least one in client mode.
    ComputedMap headers;                    ///< Of the handshake request, in order of writing.
    std::vector<std::string> subprotocols;  ///< Offered (client) or accepted (server), best first.
    MessageRules handshake;                 ///< Steps before anything else is said, in order, after every connect.
    ComputedList subscribe_message;         ///< Sent in order after them.
    /// JSON path and the text of the value that one reply must have there; all must match. Empty: not awaited.
    std::vector<std::pair<std::string, std::string>> subscribe_confirm;
    std::chrono::milliseconds subscribe_confirm_timeout{10'000};
    std::chrono::milliseconds subscribe_interval{0};  ///< Between one subscribe_message and the next.
    std::optional<std::string> proxy;                 ///< http://[user:password@]host:port; absent: direct.
    std::chrono::milliseconds connect_timeout{
        10'000};  ///< Name resolution and TCP, per address; TLS has its share of the next.
    std::chrono::milliseconds handshake_timeout{10'000};  ///< TLS and HTTP upgrade, both modes.

    // Client: reconnecting. Longer delays spare a peer that is down, and find it later when it is back.
    bool reconnect = true;
    std::chrono::milliseconds reconnect_interval{5'000};
    double reconnect_backoff_multiplier = 2.0;
    std::chrono::milliseconds max_reconnect_interval{60'000};
    std::int64_t max_reconnect_attempts = -1;            ///< In a row; -1: no limit.
    std::chrono::milliseconds reconnect_stable{10'000};  ///< Connected for so long, the backoff starts anew.
    /// Numbers and ranges ("300-407"): a peer that ends with such a code, before the connection was stable, or refuses
    /// the handshake with such a status, would do the same again.
    std::vector<std::string> give_up_close_codes{"1008", "1010", "3000", "3003"};
    std::vector<std::string> give_up_http_statuses{"300-407", "409-424", "426-428", "430-499"};
    std::string resume_field;  ///< JSON path of the position; empty: not resumed.
    /// JSON path of a URL at which to go on, in messages that have one; empty: none is followed.
    std::string reconnect_url_path;
    std::int64_t follow_redirects = 0;  ///< Of one attempt to connect.

    // Liveness, both modes. Zero turns one off. Larger: fewer pings and false alarms, a dead peer is noticed later.
    std::chrono::seconds heartbeat_interval{30};
    std::chrono::seconds heartbeat_timeout{10};
    std::string heartbeat_interval_ms_field;   ///< JSON path, in a message of the handshake, of an interval instead.
    std::optional<ComputedText> ping_message;  ///< Sent every heartbeat_interval beside the protocol's ping.
    std::optional<std::string> pong_message;   ///< The peer's answer to it: counts as a sign of life, is not a row.
    MessageRules replies;                      ///< Messages that are answered and are no rows, both modes.
    std::chrono::seconds idle_timeout{0};      ///< Without any message: reconnect (client), close (server).

    // Server. Each client more costs its queue and buffers, and its head before it is let in.
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: the system picks one.
    std::vector<std::string> path{"/"};
    std::vector<std::pair<std::string, std::string>> path_subprotocols;  ///< By path, instead of subprotocols.
    std::uint32_t max_connections = 1000;
    std::uint32_t max_connections_per_ip = 0;  ///< 0: no limit of its own.
    std::optional<std::string> auth_token;     ///< Awaited as "Authorization: Bearer TOKEN".
    std::optional<std::string> basic_auth;     ///< "user:password".
    std::vector<std::string> allowed_origins;  ///< Empty: any, also none.
    std::uint32_t max_header_size = 16'384;    ///< Bytes of the upgrade request.
    bool broadcast = false;
    SlowClientPolicy slow_client = SlowClientPolicy::block;
    std::chrono::milliseconds slow_client_timeout{5'000};  ///< Both modes, as slow_client.

    // TLS. Each of the texts is a path or PEM.
    bool tls_verify = true;
    bool tls_hostname_verification = true;
    std::optional<std::string> tls_ca_cert;
    std::optional<std::string> tls_client_cert;
    std::optional<std::string> tls_client_key;
    std::optional<std::string> tls_cert;       ///< Server.
    std::optional<std::string> tls_key;        ///< Server.
    std::optional<std::string> tls_client_ca;  ///< Server: clients must show a certificate of this authority.

    // Flow, beside that of DeliveryOptions. Larger: longer pauses of peers are borne, for memory of each peer.
    std::uint64_t send_buffer_size = 1000;                         ///< Outbound messages waiting, per peer.
    std::optional<double> send_rate;                               ///< Messages a second, per peer; absent: no limit.
    DeliveryGuarantee delivery = DeliveryGuarantee::at_most_once;  ///< Client mode.
    std::uint64_t max_message_size = 16ULL << 20;                  ///< Bytes, after inflation.
    BatchFraming batch_framing = BatchFraming::none;
    FrameChoice send_frames = FrameChoice::by_content;
    std::string record_separator;  ///< Between and behind JSON values of a message; empty: line feeds between.

    // Compression. A higher level, a larger window: smaller messages, for processor time and memory of each peer.
    WebSocketCompression compression = WebSocketCompression::none;
    std::optional<int> compression_level;      ///< Absent: 3 for zstd, 6 for the others.
    std::uint64_t compression_threshold = 64;  ///< Smaller outgoing messages are sent as they are. Bytes.
    int deflate_window_bits = 15;
    bool deflate_no_context_takeover = false;  ///< Less memory per peer, less compression.
};

}  // namespace laminar
