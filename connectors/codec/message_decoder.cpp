#include "connectors/codec/format/message_decoder.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "connectors/codec/decoders/json_decoder.h"
#include "connectors/codec/decoders/plain_decoder.h"

namespace laminar {
namespace {

using DecoderMaker = std::unique_ptr<MessageDecoder> (*)(const DecoderOptions&, std::shared_ptr<const BatchSchema>);

/// A line for each format.
constexpr std::array<std::pair<MessageFormat, DecoderMaker>, 7> formats{{
    {MessageFormat::json, make_json_decoder},
    {MessageFormat::text, make_plain_decoder},
    {MessageFormat::binary, make_plain_decoder},
    {MessageFormat::msgpack, make_json_decoder},  // Translated, as the next.
    {MessageFormat::cbor, make_json_decoder},
    {MessageFormat::protobuf, make_json_decoder},
    {MessageFormat::debezium_json, make_json_decoder},  // What it is to a row stands beside the row.
}};

}  // namespace

std::unique_ptr<MessageDecoder> make_message_decoder(const DecoderOptions& options,
                                                     std::shared_ptr<const BatchSchema> schema) {
    for (const auto& [format, make] : formats) {
        if (format == options.format) return make(options, std::move(schema));
    }
    throw std::logic_error("a format without a decoder");
}

}  // namespace laminar
