#pragma once

#include <memory>

#include "connectors/codec/format/message_decoder.h"

namespace laminar {

/// The decoder of make_message_decoder for MessageFormat::text and binary: one row per message, whose payload is not
/// looked into. For text it must be UTF-8.
[[nodiscard]] std::unique_ptr<MessageDecoder> make_plain_decoder(const DecoderOptions& options,
                                                                 std::shared_ptr<const BatchSchema> schema);

}  // namespace laminar
