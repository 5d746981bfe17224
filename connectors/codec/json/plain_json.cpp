#include "connectors/codec/json/plain_json.h"

namespace laminar {

namespace {
constexpr unsigned deepest = 32;
}  // namespace

PlainText look_at_plain_text(std::string_view text) noexcept {
    PlainText result;
    const char* at = text.data();
    const char* const end = at + text.size();
#ifdef __SSE2__
    __m128i special = _mm_setzero_si128();
    __m128i all = _mm_setzero_si128();
    const auto look = [&](const char* block_at) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block_at));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
        special = _mm_or_si128(special, _mm_or_si128(control, _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
        all = _mm_or_si128(all, block);
    };
    if (text.size() >= 16) {
        for (; end - at >= 16; at += 16) look(at);
        look(end - 16);
        result.is_plain = _mm_movemask_epi8(special) == 0;
        result.is_ascii = _mm_movemask_epi8(all) == 0;
        return result;
    }
#endif
    for (; at != end; ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        if (byte < 0x20 || byte == '\\') result.is_plain = false;
        if (byte >= 0x80) result.is_ascii = false;
    }
    return result;
}

PlainJson::Value PlainJson::take_container() noexcept {
    const char* const begin = at_;
    if (!take_elements(*at_ == '{', 1)) {
        at_ = begin;
        return {};
    }
    return {Kind::container, {begin, static_cast<std::size_t>(at_ - begin)}};
}

/// There are no other white space characters in a plain text.
bool PlainJson::skip_space() noexcept {
    while (at_ != end_ && *at_ == ' ') ++at_;
    return at_ != end_;
}

/// From an opening bracket on to behind the closing one.
bool PlainJson::take_elements(bool is_object, unsigned depth) noexcept {
    const char closing = is_object ? '}' : ']';
    ++at_;
    if (!skip_space()) return false;
    if (*at_ == closing) {
        ++at_;
        return true;
    }
    while (true) {
        if (is_object) {
            if (*at_ != '"' || take_string().kind == Kind::none || !skip_space() || *at_ != ':') return false;
            ++at_;
            if (!skip_space()) return false;
        }
        if (*at_ == '{' || *at_ == '[') {
            if (depth == deepest || !take_elements(*at_ == '{', depth + 1)) return false;
        } else if (take_value().kind == Kind::none) {
            return false;
        }
        if (!skip_space()) return false;
        if (*at_ == closing) {
            ++at_;
            return true;
        }
        if (*at_ != ',') return false;
        ++at_;
        if (!skip_space()) return false;
    }
}

}  // namespace laminar
