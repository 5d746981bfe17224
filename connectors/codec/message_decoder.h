#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/column_batch.h"
#include "connectors/message.h"

namespace laminar {

enum class MessageFormat : std::uint8_t { json, text, binary };

struct DecoderOptions {
    MessageFormat format = MessageFormat::json;
    std::string message_id_field = "message_id";  ///< Payload field that carries the message id, if it has one.
};

/// Turns messages into rows of one schema. Holds reusable scratch memory: one per input, used by one thread at a time.
class MessageDecoder {
public:
    virtual ~MessageDecoder() = default;
    /// Appends the rows of a message (none, one or several). On error nothing of the message is left in the
    /// batch and the reason is returned. Never throws on content.
    virtual std::optional<MessageError> decode(const Message& message, ColumnBatch& batch) = 0;
};

/// By the mapping rules of docs/connectors.md.
[[nodiscard]] std::unique_ptr<MessageDecoder> make_message_decoder(const DecoderOptions& options,
                                                                   std::shared_ptr<const BatchSchema> schema);

}  // namespace laminar
