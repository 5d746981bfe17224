#pragma once

#include <cstdint>

namespace laminar {

/// A half-open range of byte offsets into one SourceText (UTF-8).
/// Offsets are bytes, never code points; SourceText turns them into line and column.
struct SourceSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] bool empty() const noexcept { return end <= begin; }
    friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

/// The smallest span that covers both.
[[nodiscard]] constexpr SourceSpan cover(SourceSpan a, SourceSpan b) noexcept {
    return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

}  // namespace laminar
