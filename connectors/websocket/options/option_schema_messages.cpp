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
    schema.add_choice("batch_framing", &Options::batch_framing,
                      {{"none", BatchFraming::none}, {"array", BatchFraming::array}, {"ndjson", BatchFraming::ndjson}},
                      {.help = "How outgoing rows share a message: one each, a JSON array, or one object a line.",
                       .example = "'array'",
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
                     .example = "'zstd'"})
        .add("compression_level", &Options::compression_level,
             {.help = "Effort of compressing: 1 to 9 for gzip and deflate, 1 to 22 for zstd. Higher: smaller messages, "
                      "for processor time.",
              .example = "3",
              .absent = "6 for gzip and deflate, 3 for zstd",
              .minimum = 1,
              .maximum = 22,
              .bounds_when = {{{"compression", {"gzip", "deflate"}}, {1, 9}}},
              .effective_when = {{"compression", {"gzip", "zstd", "deflate"}}}})
        .add("compression_threshold", &Options::compression_threshold,
             {.help = "Smaller outgoing messages are not compressed. Larger: less processor time, for more bytes sent.",
              .example = "256",
              .unit = "bytes",
              .minimum = 0,
              .maximum = one_gigabyte,
              .effective_when = {{"compression", {"gzip", "zstd", "deflate"}}}})
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
