#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/format/message_decoder.h"

namespace laminar {

/// A column of a type written as SQL, filled from the field of its name.
[[nodiscard]] BatchColumn payload_column(const std::string& name, const std::string& type);
[[nodiscard]] BatchColumn path_column(const std::string& name, const std::string& type, std::vector<std::string> path);
[[nodiscard]] BatchColumn metadata_column(const std::string& name, const std::string& type, MetadataField field);

/// A decoder with a batch of its own; values are seen as the JSON encoder writes them.
class DecoderFixture {
public:
    /// rows: where they are within messages; empty: objects are rows.
    explicit DecoderFixture(std::vector<BatchColumn> columns, const DecoderOptions& options = {}, bool coerce = false,
                            std::string_view rows = {});

    std::optional<MessageError> decode(std::string_view payload);
    std::optional<MessageError> decode(const Message& message);
    /// The only error text expected of a payload that must be refused; "" when it was accepted.
    std::string refusal(std::string_view payload);
    [[nodiscard]] std::string value(std::size_t column, std::size_t row) const;
    /// All columns of a row, as a JSON array.
    [[nodiscard]] std::string row(std::size_t row) const;
    /// The value a one-column decoder makes of a payload, or "error type: text".
    std::string only_value(std::string_view payload);

    std::shared_ptr<const BatchSchema> schema;
    std::unique_ptr<MessageDecoder> decoder;
    ColumnBatch batch;
    std::shared_ptr<MessageOrigin> origin =
        std::make_shared<MessageOrigin>(MessageOrigin{"feed", "client-1", "127.0.0.1:4242", {}});
};

}  // namespace laminar
