#pragma once

#include <concepts>

#include "catalog/options/option_schema.h"
#include "connectors/delivery_options.h"

namespace laminar {

// The options of DeliveryOptions by what they are about, for every connector whose options have it as a base. Each
// declares them in the order in which they are listed.

/// What may wait to be processed, and what happens beyond that.
template <std::derived_from<DeliveryOptions> Options>
void add_buffer_options(OptionSchemaOf<Options>& schema) {
    schema
        .add("buffer_size", &DeliveryOptions::buffer_size,
             {.help = "Inbound messages that may wait to be processed, for each table and pipeline that reads them. "
                      "Larger: longer bursts do not stop the peer, for memory and later rows.",
              .example = "5000",
              .unit = "messages",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("buffer_bytes", &DeliveryOptions::buffer_bytes,
             {.help = "Bytes of them, for each as well: what they can take of memory.",
              .example = "67108864",
              .unit = "bytes",
              .minimum = 1024,
              .maximum = 64.0 * (1ULL << 30)})
        .add_choice("overflow", &DeliveryOptions::overflow,
                    {{"block", OverflowPolicy::block},
                     {"drop_oldest", OverflowPolicy::drop_oldest},
                     {"drop_newest", OverflowPolicy::drop_newest}},
                    {.help = "What happens when that buffer is full: stop reading, or drop (and count).",
                     .example = "'drop_oldest'"});
}

/// How many rows are waited for.
template <std::derived_from<DeliveryOptions> Options>
void add_batch_options(OptionSchemaOf<Options>& schema) {
    schema
        .add("batch_size", &DeliveryOptions::batch_size,
             {.help = "Rows to wait for before they are processed together; a full buffer (buffer_size) is not waited "
                      "for. Larger: less processor time for each row, for later rows.",
              .example = "1000",
              .unit = "rows",
              .absent = "whatever has arrived is processed at once",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("batch_timeout_ms", &DeliveryOptions::batch_timeout,
             {.help = "How long to wait for a full batch.",
              .example = "100",
              .unit = "ms",
              .minimum = 1,
              .maximum = 86'400'000.0,
              .needs = {"batch_size"}});
}

template <std::derived_from<DeliveryOptions> Options>
void add_error_options(OptionSchemaOf<Options>& schema) {
    schema
        .add_choice(
            "on_error", &DeliveryOptions::on_error,
            {{"continue", ErrorPolicy::proceed}, {"fail", ErrorPolicy::fail}, {"retry", ErrorPolicy::retry}},
            {.help =
                 "After an error: go on, fail the connection, or try a row that cannot be processed again (3 times).",
             .example = "'continue'"})
        .add("max_errors_per_minute", &DeliveryOptions::max_errors_per_minute,
             {.help = "More errors than that in a minute fail the connection.",
              .example = "10",
              .unit = "errors",
              .absent = "no limit",
              .minimum = 0,
              .maximum = 1'000'000'000})
        .add("error_buffer_size", &DeliveryOptions::error_buffer_size,
             {.help = "Errors that are kept for, and may wait in, a table of the errors stream; dead letters, too. "
                      "Larger: more memory.",
              .example = "100",
              .unit = "errors",
              .minimum = 1,
              .maximum = 10'000'000})
        .add("dlq_enabled", &DeliveryOptions::dlq_enabled,
             {.help = "Keep messages that cannot be used, whole and with the reason: in system.dead_letters, and for "
                      "tables with "
                      "stream = 'dlq'.",
              .example = "true"});
}

template <std::derived_from<DeliveryOptions> Options>
void add_acknowledgement_options(OptionSchemaOf<Options>& schema) {
    const OptionCondition manual{"auto_ack", {"false"}};
    schema
        .add("auto_ack", &DeliveryOptions::auto_ack,
             {.help = "false: a message is done only when ACKNOWLEDGE_MESSAGE(message_id) is called for it.",
              .example = "false"})
        .add("ack_message", &DeliveryOptions::ack_message,
             {.help = "Acknowledgement sent to where a message came from; ${message_id} stands for its id.",
              .example = "JSON_OBJECT('op': 'ack', 'id': '${message_id}')",
              .absent = "{\"type\":\"ack\",\"message_id\":...} with auto_ack = false, else none",
              .rule = TextRule::not_empty,
              .takes_json = true,
              .in_session = true,
              .placeholders = {"message_id"}})
        .add("ack_timeout_ms", &DeliveryOptions::ack_timeout,
             {.help = "After that long without acknowledgement a message is delivered again. Larger: fewer are "
                      "delivered twice, and a lost one is missed for longer.",
              .example = "5000",
              .unit = "ms",
              .minimum = 1,
              .maximum = 86'400'000.0,
              .effective_when = {manual}})
        .add("max_deliveries", &DeliveryOptions::max_deliveries,
             {.help = "Deliveries of one message after which it becomes a dead letter.",
              .example = "5",
              .minimum = 1,
              .maximum = 1'000'000,
              .effective_when = {manual}})
        .add("message_id_field", &DeliveryOptions::message_id_field,
             {.help = "JSON path of the message's id in the payload, if it has one.",
              .example = "'$.header.id'",
              .rule = TextRule::json_path,
              .effective_when = {{"format", {"json"}}},
              .fixed_in_use = true});
}

}  // namespace laminar
