#pragma once

#include <algorithm>

#include "connectors/codec/format/framing_options.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/options/facts.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// How a connection compresses whole payloads; deflate is the protocol's own and not among them.
[[nodiscard]] inline PayloadCompression payload_compression(const WebSocketOptions& options) noexcept {
    switch (options.compression) {
        case WebSocketCompression::gzip:
            return PayloadCompression::gzip;
        case WebSocketCompression::zstd:
            return PayloadCompression::zstd;
        case WebSocketCompression::zlib:
            return PayloadCompression::zlib;
        case WebSocketCompression::raw_deflate:
            return PayloadCompression::raw_deflate;
        case WebSocketCompression::zlib_stream:
            return PayloadCompression::zlib_stream;
        case WebSocketCompression::none:
        case WebSocketCompression::deflate:
            break;
    }
    return PayloadCompression::none;
}

/// How rows sent on a connection become messages.
[[nodiscard]] inline FramingOptions framing_options(const WebSocketOptions& options) {
    // Larger messages gain nothing and many receivers have limits of their own.
    constexpr std::size_t largest_batch = 1 << 20;
    FramingOptions framing;
    framing.format = options.format;
    framing.protobuf = options.protobuf;
    framing.frames = options.send_frames;
    framing.framing = options.batch_framing;
    framing.record_separator = options.record_separator;
    framing.most_rows = options.batch_size.value_or(0);
    framing.most_bytes = std::min<std::size_t>(options.max_message_size, largest_batch);
    framing.compression.compression = payload_compression(options);
    framing.compression.level =
        options.compression_level.value_or(options.compression == WebSocketCompression::zstd ? 3 : 6);
    framing.compression.threshold = options.compression_threshold;
    if (!options.broadcast) {
        if (options.mode == WebSocketMode::server) framing.peer_column = WebSocketMetadata::client_id->name;
        framing.session_column = WebSocketMetadata::session_id->name;
    }
    framing.frame_column = WebSocketMetadata::frame_type->name;
    return framing;
}

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
