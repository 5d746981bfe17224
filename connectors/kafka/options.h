#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/options/option_set.h"
#include "connectors/codec/format/message_format.h"
#include "connectors/delivery_options.h"

namespace laminar {

/// cluster: the brokers alone, which tables share that name a topic.
enum class KafkaMode : std::uint8_t { cluster, source, sink };
enum class KafkaCompression : std::uint8_t { none, gzip, snappy, lz4, zstd };
enum class KafkaPartitioner : std::uint8_t { murmur2_random, murmur2, consistent_random, consistent, random };

/// The options of TO kafka, checked (option_schema.cpp declares them). Texts may hold unresolved ${secret:name}
/// references. Immutable once bound.
struct KafkaOptions : ConnectorOptions, DeliveryOptions {
    std::string bootstrap_servers;
    std::vector<std::pair<std::string, std::string>> client_options;  ///< Of librdkafka, by their names there.
    KafkaMode mode = KafkaMode::cluster;
    std::string topic;  ///< Empty: mode is cluster.
    MessageFormat format = MessageFormat::json;

    // Source.
    std::string group_id;                    ///< Empty: of no group.
    std::string offset = "latest";           ///< latest, earliest, group.
    std::optional<std::uint32_t> partition;  ///< Absent: all of them, or those that the group assigns.

    // Sink.
    std::vector<std::string> key_columns;  ///< Fields of the row that make the key; empty: no key.
    KafkaCompression compression = KafkaCompression::none;
    KafkaPartitioner partitioner = KafkaPartitioner::murmur2_random;
};

}  // namespace laminar
