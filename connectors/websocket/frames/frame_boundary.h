#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace laminar {

/// A message in one frame that is there whole: where its payload is, and how it came.
struct WholeMessage {
    std::size_t header = 0;  ///< Bytes before the payload.
    std::size_t payload = 0;
    bool is_binary = false;
    bool is_masked = false;  ///< By the last four bytes of the header.
};

/// Follows a WebSocket byte stream closely enough to know where each frame ends (RFC 6455 section 5.2), and where the
/// HTTP head before the frames ends. Judges nothing: what is wrong with a frame is found by whoever reads it.
/// All functions look at the bytes received but not yet consumed.
class FrameBoundary {
public:
    void expect_http_head() noexcept;
    void expect_frames() noexcept;
    [[nodiscard]] bool is_in_http_head() const noexcept { return phase_ == Phase::http_head; }

    /// Whether the end of the current frame can be told: its header is complete, or the stream is within its payload. A
    /// close frame must be there whole: it is looked into.
    [[nodiscard]] bool is_known(const char* data, std::size_t size) const noexcept;
    /// How many of the bytes belong to the current frame or head (all of them when no boundary applies).
    [[nodiscard]] std::size_t presentable(const char* data, std::size_t size) const noexcept;
    /// Whether they begin with a complete text, binary or continuation frame that has the FIN bit.
    [[nodiscard]] bool starts_final_data_frame(const char* data, std::size_t size) const noexcept;
    /// The message that they begin with, if it is one such frame and nothing about it asks for a closer look: no
    /// reserved bit, and its length written in the shortest form.
    [[nodiscard]] std::optional<WholeMessage> whole_message(const char* data, std::size_t size) const noexcept;
    /// The length of the close frame that they begin with, if they do and it is there whole; 0 otherwise.
    [[nodiscard]] std::size_t close_frame_length(const char* data, std::size_t size) const noexcept;
    /// The first count of them have been handed out.
    void consume(const char* data, std::size_t size, std::size_t count) noexcept;

private:
    enum class Phase : std::uint8_t { http_head, unbounded, frames };

    Phase phase_ = Phase::unbounded;
    std::uint8_t matched_ = 0;     ///< Of the four bytes that end an HTTP head.
    std::uint64_t remaining_ = 0;  ///< Bytes of the current frame not yet consumed; 0: at a frame's start.
};

}  // namespace laminar
