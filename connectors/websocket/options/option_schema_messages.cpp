#include "connectors/websocket/options/option_groups.h"

namespace laminar::websocket_options {

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
        .add_choice(
            "delivery", &Options::delivery,
            {{"at_most_once", DeliveryGuarantee::at_most_once}, {"at_least_once", DeliveryGuarantee::at_least_once}},
            {.help = "What happens to messages that were sent when the connection breaks before the peer has "
                     "acknowledged them with a pong: they are reported (messages_maybe_lost), or sent again.",
             .example = "'at_least_once'",
             .applies_when = {client()}})
        .add("max_message_size", &Options::max_message_size,
             {.help = "Bytes a message may have, after decompression; a larger one closes the connection (1009).",
              .example = "1048576",
              .unit = "bytes",
              .minimum = 1,
              .maximum = one_gigabyte})
        .add("batch_size", &Options::batch_size,
             {.help =
                  "Rows to wait for before they are processed together; a full buffer (buffer_size) is not waited for.",
              .example = "1000",
              .unit = "rows",
              .absent = "whatever has arrived is processed at once",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("batch_timeout_ms", &Options::batch_timeout,
             {.help = "How long to wait for a full batch.",
              .example = "100",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .needs = {"batch_size"}})
        .add_choice("batch_framing", &Options::batch_framing,
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
        .add_choice(
            "on_error", &Options::on_error,
            {{"continue", ErrorPolicy::proceed}, {"fail", ErrorPolicy::fail}, {"retry", ErrorPolicy::retry}},
            {.help =
                 "After an error: go on, fail the connection, or try a row that cannot be processed again (3 times).",
             .example = "'continue'"})
        .add("max_errors_per_minute", &Options::max_errors_per_minute,
             {.help = "More errors than that in a minute fail the connection.",
              .example = "10",
              .unit = "errors",
              .absent = "no limit",
              .minimum = 0,
              .maximum = 1'000'000'000})
        .add("error_buffer_size", &Options::error_buffer_size,
             {.help = "Errors that are kept for, and may wait in, a table of the errors stream; dead letters, too.",
              .example = "100",
              .unit = "errors",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("dlq_enabled", &Options::dlq_enabled,
             {.help = "Keep messages that cannot be used, whole and with the reason: in system.dead_letters, and for "
                      "tables with "
                      "stream = 'dlq'.",
              .example = "true"});
}

void add_acknowledgement_options(Schema& schema) {
    const OptionCondition manual{"auto_ack", {"false"}};
    schema
        .add("auto_ack", &Options::auto_ack,
             {.help = "false: a message is done only when ACKNOWLEDGE_MESSAGE(message_id) is called for it.",
              .example = "false"})
        .add("ack_message", &Options::ack_message,
             {.help = "Acknowledgement sent to where a message came from; ${message_id} stands for its id.",
              .example = "JSON_OBJECT('op': 'ack', 'id': '${message_id}')",
              .absent = "{\"type\":\"ack\",\"message_id\":...} with auto_ack = false, else none",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .placeholders = {"message_id"}})
        .add("ack_timeout_ms", &Options::ack_timeout,
             {.help = "After that long without acknowledgement a message is delivered again.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = one_day_ms,
              .effective_when = {manual}})
        .add("max_deliveries", &Options::max_deliveries,
             {.help = "Deliveries of one message after which it becomes a dead letter.",
              .example = "5",
              .minimum = 1,
              .maximum = 1'000'000,
              .effective_when = {manual}})
        .add("message_id_field", &Options::message_id_field,
             {.help = "JSON path of the message's id in the payload, if it has one.",
              .example = "'$.header.id'",
              .rule = TextRule::json_path,
              .effective_when = {json()},
              .fixed_in_use = true});
}

}  // namespace laminar::websocket_options
