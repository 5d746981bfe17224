#include "connectors/codec/json/json_text.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

/// Four hexadecimal digits, or nullopt.
std::optional<std::uint32_t> read_code_unit(std::string_view text, std::size_t at) noexcept {
    if (at + 4 > text.size()) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char character : text.substr(at, 4)) {
        const int digit = hexadecimal_digit(character);
        if (digit < 0) return std::nullopt;
        unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return unit;
}

constexpr bool is_high_surrogate(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(std::uint32_t unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Appends what the \u escape at at (its backslash) stands for; returns the offset behind it.
std::size_t append_unicode_escape(std::string& out, std::string_view text, std::size_t at) {
    std::uint32_t point = read_code_unit(text, at + 2).value_or(0xFFFD);
    at += 6;
    if (is_high_surrogate(point) && text.substr(at).starts_with("\\u")) {
        const std::uint32_t low = read_code_unit(text, at + 2).value_or(0xDC00);
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
    }
    append_code_point(out, point);
    return at;
}

/// Where the number that begins at a digit or a minus sign ends (RFC 8259, section 6); at itself when it is none.
std::size_t end_of_number(std::string_view text, std::size_t begin) noexcept {
    std::size_t at = begin;
    const auto digits = [&] {
        const std::size_t first = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at > first;
    };
    if (text[at] == '-') ++at;
    const bool leading_zero = at < text.size() && text[at] == '0';
    const std::size_t integer = at;
    if (!digits() || (leading_zero && at - integer > 1)) return begin;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return begin;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return begin;
    }
    return at;
}

/// The text with 0 in the place of every number: the reader refuses those that no double can hold, and they are JSON
/// all the same.
std::string with_small_numbers(std::string_view text) {
    std::string copy;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (text[at] == '"') {
            end = end_of_string(text, at);
        } else if (text[at] == '-' || is_digit(text[at])) {
            const std::size_t number = end_of_number(text, at);
            if (number > at) {
                copy += '0';
                at = number;
                continue;
            }
        }
        copy += text.substr(at, end - at);
        at = end;
    }
    return copy;
}

/// Of the NaN or infinity, with its sign, that the text begins with; 0 when it begins with none.
std::size_t length_of_non_finite(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 3> words{"nan", "infinity", "inf"};
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const std::string_view rest = text.substr(sign);
    for (const std::string_view word : words) {
        const bool same = rest.size() >= word.size() &&
                          std::equal(word.begin(), word.end(), rest.begin(),
                                     [](char lower, char character) { return lower == (character | 0x20); });
        if (same) return sign + word.size();
    }
    return 0;
}

/// kParseErrorNone where text is one value and nothing else but space.
rapidjson::ParseErrorCode read_value(std::string_view text) {
    using namespace rapidjson;
    MemoryStream stream(text.data(), text.size());
    BaseReaderHandler<> ignore;
    Reader reader;
    const ParseResult result = reader.Parse<kParseIterativeFlag | kParseNumbersAsStringsFlag>(stream, ignore);
    if (result.IsError()) return result.Code();
    // The stream's end looks like a NUL character, so that one inside the text ends it, too.
    return stream.Tell() == text.size() ? kParseErrorNone : kParseErrorTermination;
}

}  // namespace

bool is_json_value(std::string_view text) {
    rapidjson::ParseErrorCode problem = read_value(text);
    if (problem == rapidjson::kParseErrorNumberTooBig) problem = read_value(with_small_numbers(text));
    return problem == rapidjson::kParseErrorNone && find_invalid_utf8(text) == std::string_view::npos &&
           find_unpaired_low_surrogate(text) == std::string_view::npos;
}

std::optional<std::string> repaired_json(std::string_view text) {
    std::string repaired;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (text[at] == '"') {
            end = end_of_string(text, at);
        } else if (const std::size_t length = length_of_non_finite(text.substr(at)); length > 0) {
            repaired += "null";
            at += length;
            continue;
        } else if (text[at] == ',') {
            const std::size_t next = skip_json_space(text, end);
            if (next < text.size() && (text[next] == ']' || text[next] == '}')) {
                at = end;
                continue;
            }
        }
        repaired += text.substr(at, end - at);
        at = end;
    }
    if (!is_json_value(repaired)) return std::nullopt;
    return repaired;
}

std::size_t skip_json_space(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
    return at;
}

std::size_t end_of_json_value(std::string_view text, std::size_t at) noexcept {
    if (at >= text.size()) return text.size();
    if (text[at] == '"') return end_of_string(text, at);
    if (text[at] != '{' && text[at] != '[') {
        const std::size_t end = text.find_first_of(",]} \n\r\t", at);
        return end == std::string_view::npos ? text.size() : end;
    }
    std::size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at = end_of_string(text, at);
                continue;
            case '{':
            case '[':
                ++depth;
                break;
            case '}':
            case ']':
                if (--depth == 0) return at + 1;
                break;
            default:
                break;
        }
        ++at;
    }
    return text.size();
}

std::string_view json_string_content(std::string_view quoted, std::string& scratch) {
    const std::string_view text = quoted.substr(1, quoted.size() - 2);
    if (text.find('\\') == std::string_view::npos) return text;
    scratch.clear();
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            scratch += text[at++];
            continue;
        }
        const char escape = text[at + 1];
        if (escape == 'u') {
            at = append_unicode_escape(scratch, text, at);
            continue;
        }
        switch (escape) {
            case 'b':
                scratch += '\b';
                break;
            case 'f':
                scratch += '\f';
                break;
            case 'n':
                scratch += '\n';
                break;
            case 'r':
                scratch += '\r';
                break;
            case 't':
                scratch += '\t';
                break;
            default:
                scratch += escape;
        }
        at += 2;
    }
    return scratch;
}

std::optional<std::string_view> JsonElements::next() noexcept {
    at_ = skip_json_space(text_, at_);
    if (at_ < text_.size() && text_[at_] == ',') at_ = skip_json_space(text_, at_ + 1);
    if (at_ >= text_.size() || text_[at_] == ']') return std::nullopt;
    const std::size_t begin = at_;
    at_ = end_of_json_value(text_, at_);
    return text_.substr(begin, at_ - begin);
}

std::optional<JsonMembers::Member> JsonMembers::next() noexcept {
    at_ = skip_json_space(text_, at_);
    if (at_ < text_.size() && text_[at_] == ',') at_ = skip_json_space(text_, at_ + 1);
    if (at_ >= text_.size() || text_[at_] == '}') return std::nullopt;
    Member member;
    const std::size_t key = at_;
    at_ = end_of_string(text_, at_);
    member.quoted_key = text_.substr(key, at_ - key);
    at_ = skip_json_space(text_, skip_json_space(text_, at_) + 1);
    const std::size_t begin = at_;
    at_ = end_of_json_value(text_, at_);
    member.value = text_.substr(begin, at_ - begin);
    return member;
}

std::size_t find_unpaired_low_surrogate(std::string_view text) noexcept {
    std::size_t at = text.find('\\');
    while (at != std::string_view::npos && at + 1 < text.size()) {
        std::size_t next = at + 2;
        if (text[at + 1] == 'u') {
            const std::uint32_t unit = read_code_unit(text, at + 2).value_or(0);
            if (is_low_surrogate(unit)) return at;
            // A first half without its second is left for the parser to find.
            if (is_high_surrogate(unit) && text.substr(at + 6).starts_with("\\u")) next = at + 12;
        }
        at = next < text.size() ? text.find('\\', next) : std::string_view::npos;
    }
    return std::string_view::npos;
}

}  // namespace laminar
