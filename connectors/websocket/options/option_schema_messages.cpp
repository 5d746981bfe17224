#include "connectors/delivery/delivery_option_groups.h"
#include "connectors/websocket/options/option_groups.h"

namespace laminar::websocket_options {

void add_flow_options(Schema& schema) {
    add_buffer_options(schema);
    schema
        .add("send_buffer_size", &Options::send_buffer_size,
             {.help = "Outgoing messages that may wait, for each peer. Larger: longer pauses of a peer hold nobody up, "
                      "for memory and later messages.",
              .example = "1000",
              .unit = "messages",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("send_rate", &Options::send_rate,
             {.help = "Messages a second that a peer is sent at most, rows as well as handshake and subscribe_message; "
                      "heartbeats and answers never wait, and count. Smaller: spares peers that ban who sends much.",
              .example = "5",
              .unit = "messages",
              .absent = "as fast as they are there",
              .minimum = 0.001,
              .maximum = 1'000'000})
        .add_choice(
            "delivery", &Options::delivery,
            {{"at_most_once", DeliveryGuarantee::at_most_once}, {"at_least_once", DeliveryGuarantee::at_least_once}},
            {.help = "What happens to messages that were sent when the connection breaks before the peer has "
                     "acknowledged them with a pong: they are reported (messages_maybe_lost), or sent again.",
             .example = "'at_least_once'",
             .applies_when = {client()}})
        .add("max_message_size", &Options::max_message_size,
             {.help = "Bytes a message may have, after decompression; a larger one closes the connection (1009). "
                      "Larger: any peer can make it take that much memory.",
              .example = "1048576",
              .unit = "bytes",
              .minimum = 1,
              .maximum = one_gigabyte});
    add_batch_options(schema);
    schema
        .add_choice("batch_framing", &Options::batch_framing,
                    {{"none", BatchFraming::none}, {"array", BatchFraming::array}, {"ndjson", BatchFraming::ndjson}},
                    {.help = "How outgoing rows share a message: one each, a JSON array, or one object a line.",
                     .example = "'array'",
                     .applies_when = {json_lists()}})
        .add_choice(
            "send_frames", &Options::send_frames,
            {{"by_content", FrameChoice::by_content}, {"text", FrameChoice::text}, {"binary", FrameChoice::binary}},
            {.help = "As which frames rows are sent: bytes as binary and anything else as text, or all as one kind. A "
                     "column frame_type says it row by row.",
             .example = "'binary'"})
        .add("record_separator", &Options::record_separator,
             {.help = "What stands between, and behind, the JSON values of a message, both ways.",
              .example = "E'\\x1e'",
              .absent = "line feeds between them",
              .rule = TextRule::separator,
              .applies_when = {json()}});
}

void add_compression_options(Schema& schema) {
    schema
        .add_choice("compression", &Options::compression,
                    {{"none", WebSocketCompression::none},
                     {"gzip", WebSocketCompression::gzip},
                     {"zstd", WebSocketCompression::zstd},
                     {"zlib", WebSocketCompression::zlib},
                     {"raw_deflate", WebSocketCompression::raw_deflate},
                     {"zlib_stream", WebSocketCompression::zlib_stream},
                     {"deflate", WebSocketCompression::deflate}},
                    {.help = "Of payloads (gzip, zstd, zlib, raw_deflate, or zlib_stream over all messages that come), "
                             "or permessage-deflate of the protocol (deflate).",
                     .example = "'zstd'"})
        .add("compression_level", &Options::compression_level,
             {.help = "Effort of compressing: 1 to 22 for zstd, 1 to 9 for the others. Higher: smaller messages, "
                      "for processor time.",
              .example = "3",
              .absent = "3 for zstd, 6 for the others",
              .minimum = 1,
              .maximum = 22,
              .bounds_when = {{{"compression", {"gzip", "zlib", "raw_deflate", "deflate"}}, {1, 9}}},
              .effective_when = {{"compression", {"gzip", "zstd", "zlib", "raw_deflate", "deflate"}}}})
        .add("compression_threshold", &Options::compression_threshold,
             {.help = "Smaller outgoing messages are not compressed. Larger: less processor time, for more bytes sent.",
              .example = "256",
              .unit = "bytes",
              .minimum = 0,
              .maximum = one_gigabyte,
              .effective_when = {{"compression", {"gzip", "zstd", "zlib", "raw_deflate", "deflate"}}}})
        .add("deflate_window_bits", &Options::deflate_window_bits,
             {.help = "Size of the permessage-deflate window, as a power of two. Larger: smaller messages, for memory "
                      "of each peer.",
              .example = "12",
              .minimum = 9,
              .maximum = 15,
              .effective_when = {deflate()}})
        .add("deflate_no_context_takeover", &Options::deflate_no_context_takeover,
             {.help = "Compress each message by itself: less memory for each peer, larger messages.",
              .example = "true",
              .effective_when = {deflate()}});
}

}  // namespace laminar::websocket_options
