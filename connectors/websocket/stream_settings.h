#pragma once

#include "connectors/websocket/message_stream.h"
#include "connectors/websocket/options.h"

namespace laminar {

/// The part of a connection's options that its streams need.
[[nodiscard]] inline MessageStreamSettings stream_settings(const WebSocketOptions& options) {
    MessageStreamSettings settings;
    settings.max_message_size = options.max_message_size;
    if (options.compression == WebSocketCompression::deflate) {
        DeflateSettings deflate;
        deflate.level = options.compression_level.value_or(6);
        deflate.window_bits = options.deflate_window_bits;
        deflate.threshold = options.compression_threshold;
        deflate.no_context_takeover = options.deflate_no_context_takeover;
        settings.deflate = deflate;
    }
    return settings;
}

}  // namespace laminar
