#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace laminar {

/// Whether the first and the last word of two texts are the same; they have at least a word each, and may overlap.
template <class Word>
[[nodiscard]] inline bool same_ends(const char* a, const char* b, std::size_t size) noexcept {
    const auto word = [](const char* at) {
        Word value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    };
    const std::size_t last = size - sizeof(Word);
    return word(a) == word(b) && word(a + last) == word(b + last);
}

/// Whether two texts of one size are the same. Without a call for 4 to 16 bytes, which most names in messages have.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
    if (size >= 8 && size <= 16) return same_ends<std::uint64_t>(a, b, size);
    if (size >= 4 && size < 8) return same_ends<std::uint32_t>(a, b, size);
    return std::memcmp(a, b, size) == 0;
}

}  // namespace laminar
