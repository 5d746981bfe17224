#pragma once

#include <memory>

#include "catalog/objects/catalog_object.h"
#include "connectors/connection.h"
#include "connectors/connection_context.h"
#include "connectors/kafka/options.h"

namespace laminar {

/// TO kafka with mode = 'sink': writes each message to the topic with an idempotent producer, on the sink's own thread.
/// What has been handed to the client counts as sent when the brokers have confirmed it; a message that they never
/// confirm, or refuse, fails the connection, and those that were not confirmed count as dropped.
[[nodiscard]] std::unique_ptr<Connection> make_kafka_sink(const ConnectionObject& definition,
                                                          std::shared_ptr<const KafkaOptions> options,
                                                          const ConnectionContext& context);

}  // namespace laminar
