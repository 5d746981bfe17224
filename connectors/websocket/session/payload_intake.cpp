#include "connectors/websocket/session/payload_intake.h"

#include "connectors/websocket/options/stream_settings.h"

namespace laminar {

PayloadIntake::PayloadIntake(const WebSocketOptions& options)
    : compression_(payload_compression(options)),
      inflater_(compression_, options.max_message_size),
      translator_(options.format, options.record_separator, options.protobuf) {}

std::optional<MessageError> PayloadIntake::read(std::string_view& payload, bool binary) {
    if (is_compressed(payload, binary, compression_)) {
        if (std::optional<MessageError> error = inflater_.inflate(payload, payload)) return error;
        if (awaits_more()) return std::nullopt;
    }
    return translator_.is_needed() ? translator_.translate(payload, payload, binary) : std::nullopt;
}

void PayloadIntake::release() noexcept {
    inflater_.release();
    translator_.release();
}

}  // namespace laminar
