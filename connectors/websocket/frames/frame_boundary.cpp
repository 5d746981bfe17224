#include "connectors/websocket/frames/frame_boundary.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace laminar {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

/// Length of header and payload; 0 when the header is not complete.
std::uint64_t frame_length(const char* data, std::size_t size) noexcept {
    if (size < 2) return 0;
    const auto byte = [data](std::size_t at) { return static_cast<std::uint8_t>(data[at]); };
    const bool masked = (byte(1) & 0x80U) != 0;
    std::uint64_t payload = byte(1) & 0x7FU;
    std::size_t extended = 0;
    if (payload == 126) extended = 2;
    if (payload == 127) extended = 8;
    const std::size_t header = 2 + extended + (masked ? 4 : 0);
    if (size < header) return 0;
    if (extended > 0) {
        payload = 0;
        for (std::size_t i = 0; i < extended; ++i) payload = (payload << 8U) | byte(2 + i);
    }
    // An absurd length is clamped, not wrapped: the reader refuses it from the header.
    return payload > std::numeric_limits<std::uint64_t>::max() - header ? std::numeric_limits<std::uint64_t>::max()
                                                                        : payload + header;
}

/// Two bytes of header, four of mask, at most 125 of payload.
constexpr std::uint64_t longest_control_frame = 131;

bool is_close_frame(const char* data) noexcept { return static_cast<std::uint8_t>(data[0]) == 0x88U; }

std::uint8_t match_head_end(char byte, std::uint8_t matched) noexcept {
    if (byte == head_end[matched]) return matched + 1;
    return byte == '\r' ? 1 : 0;
}

}  // namespace

void FrameBoundary::expect_http_head() noexcept {
    phase_ = Phase::http_head;
    matched_ = 0;
}

void FrameBoundary::expect_frames() noexcept {
    phase_ = Phase::frames;
    remaining_ = 0;
}

bool FrameBoundary::is_known(const char* data, std::size_t size) const noexcept {
    if (phase_ != Phase::frames || remaining_ > 0) return true;
    const std::uint64_t frame = frame_length(data, size);
    return frame > 0 && (frame <= size || frame > longest_control_frame || !is_close_frame(data));
}

std::size_t FrameBoundary::close_frame_length(const char* data, std::size_t size) const noexcept {
    if (phase_ != Phase::frames || remaining_ > 0 || size == 0 || !is_close_frame(data)) return 0;
    const std::uint64_t frame = frame_length(data, size);
    return frame <= size && frame <= longest_control_frame ? static_cast<std::size_t>(frame) : 0;
}

std::size_t FrameBoundary::presentable(const char* data, std::size_t size) const noexcept {
    if (phase_ == Phase::http_head) {
        std::uint8_t matched = matched_;
        for (std::size_t i = 0; i < size; ++i) {
            matched = match_head_end(data[i], matched);
            if (matched == head_end.size()) return i + 1;
        }
        return size;
    }
    if (phase_ == Phase::unbounded) return size;
    const std::uint64_t frame = remaining_ > 0 ? remaining_ : frame_length(data, size);
    return frame == 0 ? size : static_cast<std::size_t>(std::min<std::uint64_t>(frame, size));
}

bool FrameBoundary::starts_final_data_frame(const char* data, std::size_t size) const noexcept {
    if (phase_ != Phase::frames || remaining_ > 0 || size < 2) return false;
    const auto first = static_cast<std::uint8_t>(data[0]);
    const bool final = (first & 0x80U) != 0;
    const bool control = (first & 0x08U) != 0;
    if (!final || control) return false;
    const std::uint64_t frame = frame_length(data, size);
    return frame > 0 && frame <= size;
}

std::optional<WholeMessage> FrameBoundary::whole_message(const char* data, std::size_t size) const noexcept {
    if (phase_ != Phase::frames || remaining_ > 0 || size < 2) return std::nullopt;
    constexpr std::uint8_t text_frame = 0x81;  // FIN, opcode 1.
    constexpr std::uint8_t binary_frame = 0x82;
    const auto first = static_cast<std::uint8_t>(data[0]);
    if (first != text_frame && first != binary_frame) return std::nullopt;
    const std::uint64_t frame = frame_length(data, size);
    if (frame == 0 || frame > size) return std::nullopt;
    const auto second = static_cast<std::uint8_t>(data[1]);
    WholeMessage message;
    message.is_binary = first == binary_frame;
    message.is_masked = (second & 0x80U) != 0;
    const unsigned length = second & 0x7FU;
    message.header = 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U) + (message.is_masked ? 4U : 0U);
    message.payload = static_cast<std::size_t>(frame) - message.header;
    const bool is_shortest = length < 126 || (length == 126 ? message.payload > 125 : message.payload > 0xFFFF);
    if (!is_shortest) return std::nullopt;
    return message;
}

void FrameBoundary::consume(const char* data, std::size_t size, std::size_t count) noexcept {
    if (count == 0 || phase_ == Phase::unbounded) return;
    if (phase_ == Phase::http_head) {
        for (std::size_t i = 0; i < count; ++i) matched_ = match_head_end(data[i], matched_);
        if (matched_ == head_end.size()) phase_ = Phase::unbounded;
        return;
    }
    if (remaining_ == 0) {
        const std::uint64_t frame = frame_length(data, size);
        if (frame == 0) {  // Only what is left of a connection that has ended: there is no next frame.
            phase_ = Phase::unbounded;
            return;
        }
        remaining_ = frame;
    }
    remaining_ -= std::min<std::uint64_t>(remaining_, count);
}

}  // namespace laminar
