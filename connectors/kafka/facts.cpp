#include "connectors/kafka/facts.h"

namespace laminar {
namespace {

// With the name of the connector: key, offset and timestamp are fields of many messages, and metadata would take their
// columns.
constexpr MetadataColumn metadata[] = {
    {.name = "kafka_topic",
     .type = TypeId::varchar,
     .help = "Kafka: the topic it came from.",
     .shown_before = "received_at"},
    {.name = "kafka_partition",
     .type = TypeId::integer,
     .help = "Kafka: its partition of the topic.",
     .shown_before = "received_at"},
    {.name = "kafka_offset",
     .type = TypeId::bigint,
     .help = "Kafka: its place in the partition.",
     .shown_before = "received_at"},
    {.name = "kafka_key",
     .type = TypeId::varchar,
     .help = "Kafka: its key as text, base64 where it is not UTF-8; NULL without one.",
     .shown_before = "received_at"},
    {.name = "kafka_headers",
     .type = TypeId::json,
     .help = "Kafka: its headers, as an object of strings (base64 where they are not UTF-8); NULL without any.",
     .shown_before = "received_at"},
    {.name = "kafka_timestamp",
     .type = TypeId::timestamp,
     .help = "Kafka: the time that its producer or the broker gave it, UTC.",
     .shown_before = "received_at"},
};

}  // namespace

constinit const MetadataField KafkaMetadata::topic{metadata[0]};
constinit const MetadataField KafkaMetadata::partition{metadata[1]};
constinit const MetadataField KafkaMetadata::offset{metadata[2]};
constinit const MetadataField KafkaMetadata::key{metadata[3]};
constinit const MetadataField KafkaMetadata::headers{metadata[4]};
constinit const MetadataField KafkaMetadata::timestamp{metadata[5]};

std::span<const MetadataColumn> kafka_metadata() noexcept { return metadata; }

}  // namespace laminar
