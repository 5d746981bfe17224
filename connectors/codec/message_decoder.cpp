#include "connectors/codec/format/message_decoder.h"

#include "connectors/codec/decoders/json_decoder.h"
#include "connectors/codec/decoders/plain_decoder.h"

namespace laminar {

std::unique_ptr<MessageDecoder> make_message_decoder(const DecoderOptions& options,
                                                     std::shared_ptr<const BatchSchema> schema) {
    if (options.format == MessageFormat::json) return make_json_decoder(options, schema);
    return make_plain_decoder(options, std::move(schema));
}

}  // namespace laminar
