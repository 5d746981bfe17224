#pragma once

#include <span>

#include "catalog/objects/metadata_column.h"

namespace laminar {

/// Metadata columns of messages that come from a topic.
struct KafkaMetadata {
    static const MetadataField topic;
    static const MetadataField partition;
    static const MetadataField offset;
    static const MetadataField key;
    static const MetadataField headers;
    static const MetadataField timestamp;
};

[[nodiscard]] std::span<const MetadataColumn> kafka_metadata() noexcept;

}  // namespace laminar
