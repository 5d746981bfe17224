#pragma once

#include <rapidjson/reader.h>

#include <cstddef>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace laminar {

/// What RapidJSON's reader reads and changes in place: a text with at least padding zero bytes after it. Does what its
/// InsituStringStream does, but may look at 16 bytes wherever it stands; that one must reach a multiple of 16 first,
/// byte by byte, and most names and values of messages end before it does. Borrows the text.
class PaddedJsonStream {
public:
    using Ch = char;

    static constexpr std::size_t padding = 32;

    explicit PaddedJsonStream(char* text) noexcept : next_(text), head_(text) {}

    // NOLINTBEGIN(readability-identifier-naming): the names that RapidJSON's streams have.
    [[nodiscard]] char Peek() const noexcept { return *next_; }
    char Take() noexcept { return *next_++; }
    [[nodiscard]] std::size_t Tell() const noexcept { return static_cast<std::size_t>(next_ - head_); }
    void Put(char character) noexcept { *target_++ = character; }
    [[nodiscard]] char* PutBegin() noexcept { return target_ = next_; }
    [[nodiscard]] std::size_t PutEnd(const char* begin) const noexcept {
        return static_cast<std::size_t>(target_ - begin);
    }
    void Flush() noexcept {}
    // NOLINTEND(readability-identifier-naming)

    /// What comes next; may be looked at as far as the padding goes.
    [[nodiscard]] const char* ahead() const noexcept { return next_; }
    /// Goes on at an offset ahead, between two values.
    void go_to(std::size_t offset) noexcept { next_ = head_ + offset; }
    void skip(std::size_t count) noexcept { next_ += count; }

    void skip_space() noexcept {
        while (*next_ == ' ' || *next_ == '\n' || *next_ == '\r' || *next_ == '\t') ++next_;
    }

    /// Takes the part of a string that stands for itself, up to a quote, a backslash or a control character.
    void take_plain_part() noexcept {
#ifdef __SSE2__
        for (;;) {
            const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(next_));
            const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
            const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
            const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
            const auto stops =
                static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
            const auto count = static_cast<std::size_t>(stops == 0 ? 16 : __builtin_ctz(stops));
            // After an escape the target lies behind. Not more than what is taken may be written: it is read again.
            if (target_ != next_) std::memmove(target_, next_, count);
            next_ += count;
            target_ += count;
            if (stops != 0) return;
        }
#endif
    }

private:
    char* next_;
    char* target_ = nullptr;
    char* head_;
};

}  // namespace laminar

namespace rapidjson {

/// The reader copies it while it reads a value, so that it can stay in registers.
template <>
struct StreamTraits<laminar::PaddedJsonStream> {
    enum { copyOptimization = 1 };
};

template <>
inline void SkipWhitespace(laminar::PaddedJsonStream& stream) {
    stream.skip_space();
}

template <>
template <>
inline void Reader::ScanCopyUnescapedString(laminar::PaddedJsonStream& stream, laminar::PaddedJsonStream& /*same*/) {
    stream.take_plain_part();
}

}  // namespace rapidjson
