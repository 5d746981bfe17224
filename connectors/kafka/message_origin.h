#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

#include "connectors/rows/message.h"

namespace laminar {

/// Where a message of a topic came from, with the facts that its metadata columns are filled from.
[[nodiscard]] std::shared_ptr<const MessageOrigin> origin_of(const rd_kafka_message_t& message,
                                                             const std::string& connection, const std::string& topic);

}  // namespace laminar
