#pragma once

#include <memory>

#include "connectors/codec/format/message_decoder.h"

namespace laminar {

/// The decoder of make_message_decoder for MessageFormat::json. One pass over a scratch copy of the message, without a
/// document in between; memory beyond the batch stays about the size of the largest message seen.
[[nodiscard]] std::unique_ptr<MessageDecoder> make_json_decoder(const DecoderOptions& options,
                                                                std::shared_ptr<const BatchSchema> schema);

}  // namespace laminar
