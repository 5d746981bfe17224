#pragma once

#include <optional>

#include "catalog/objects/connector_descriptor.h"
#include "catalog/options/option_schema.h"

namespace laminar {

/// The options of TO kafka. Its sets are KafkaOptions.
[[nodiscard]] const OptionSchema& kafka_option_schema();

/// ConnectorDescriptor::complete: a topic without mode is read, and what belongs together is there.
[[nodiscard]] std::optional<OptionFinding> complete_kafka_options(ConnectorOptions& options);

}  // namespace laminar
