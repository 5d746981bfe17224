#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "parser/text/display_width.h"
#include "parser/text/utf8.h"
#include "parser/tokens/lexical_forms.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

/// The value of count hexadecimal digits at begin, or nullopt.
std::optional<std::uint32_t> hexadecimal(std::string_view text, std::size_t begin, std::size_t count) {
    if (begin + count > text.size()) return std::nullopt;
    std::uint32_t value = 0;
    const char* last = text.data() + begin + count;
    const auto [end, error] = std::from_chars(text.data() + begin, last, value, 16);
    return error == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

bool append_utf8(std::string& text, std::uint32_t code_point) {
    if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return false;
    append_code_point(text, code_point);
    return true;
}

/// One escape of an E'' string, by the rules of PostgreSQL.
struct Escape {
    std::string text;          ///< What it stands for.
    std::size_t length = 2;    ///< Of what is written, with its backslash.
    bool is_byte = false;      ///< text is a byte of a character.
    std::string problem = {};  ///< Empty when there is none.
};

/// How many digits text has from begin on, but no more than most.
std::size_t count_digits(std::string_view text, std::size_t begin, std::size_t most, std::string_view digits) {
    std::size_t count = 0;
    while (count < most && begin + count < text.size() && digits.find(text[begin + count]) != std::string_view::npos)
        ++count;
    return count;
}

/// Up to three octal digits, or x and up to two hexadecimal ones.
Escape read_byte(std::string_view text, std::size_t begin, std::size_t digits, int base) {
    std::uint32_t value = 0;
    std::from_chars(text.data() + begin, text.data() + begin + digits, value, base);
    Escape escape{std::string(1, static_cast<char>(value)), begin + digits, true, {}};
    if (value == 0) escape.problem = "a text cannot have the character NUL";
    if (value > 0xFF) escape.problem = "this is no byte: the largest is \\377";
    return escape;
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// u and four hexadecimal digits, or U and eight. Two of them may be the halves of a surrogate pair.
Escape read_character(std::string_view text) {
    const auto digits_of = [&](std::size_t at) { return std::size_t{text[at] == 'u' ? 4U : 8U}; };
    const std::size_t digits = digits_of(1);
    Escape escape{{}, 2 + digits, false, {}};
    std::optional<std::uint32_t> point = hexadecimal(text, 2, digits);
    if (point && *point == 0) {
        escape.problem = "a text cannot have the character NUL";
        return escape;
    }
    const std::size_t next = escape.length;
    const bool has_next =
        next + 1 < text.size() && text[next] == '\\' && (text[next + 1] == 'u' || text[next + 1] == 'U');
    if (point && is_high_surrogate(*point) && has_next) {
        const auto low = hexadecimal(text, next + 2, digits_of(next + 1));
        if (low && is_low_surrogate(*low)) {
            point = 0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00);
            escape.length = next + 2 + digits_of(next + 1);
        }
    }
    if (!point || !append_utf8(escape.text, *point)) {
        escape.length = 2;
        escape.problem = fmt::format("\\{} needs {} hexadecimal digits of a character", text[1], digits);
    }
    return escape;
}

/// text begins with the backslash, and has a character behind it.
Escape read_escape(std::string_view text) {
    constexpr std::string_view octal = "01234567";
    constexpr std::string_view hexadecimal_digits = "0123456789abcdefABCDEF";
    switch (text[1]) {
        case 'n':
            return {"\n"};
        case 't':
            return {"\t"};
        case 'r':
            return {"\r"};
        case 'b':
            return {"\b"};
        case 'f':
            return {"\f"};
        case 'u':
        case 'U':
            return read_character(text);
        case 'x':
            if (const std::size_t digits = count_digits(text, 2, 2, hexadecimal_digits); digits > 0)
                return read_byte(text, 2, digits, 16);
            return {{}, 2, false, "\\x needs one or two hexadecimal digits"};
        default:
            if (const std::size_t digits = count_digits(text, 1, 3, octal); digits > 0)
                return read_byte(text, 1, digits, 8);
            return {std::string(1, text[1])};
    }
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const DecodedCodePoint decoded = decode_code_point(text);
        // What is not UTF-8 decodes as U+FFFD of one byte, which has three.
        if (decoded.value == 0xFFFD && decoded.length == 1) return false;
        text.remove_prefix(decoded.length);
    }
    return true;
}

}  // namespace

std::string Transformer::transform_string(Grammar::StringContext& context) { return string_value(*context.start); }

std::string Transformer::string_value(const antlr4::Token& token) {
    const SourceSpan span = span_of(token);
    const std::string_view text = slice(span);
    if (token.getType() == Grammar::DOLLAR_STRING) {
        const std::size_t tag = dollar_tag_length(text, 0);
        return std::string(text.substr(tag, text.size() - 2 * tag));
    }
    if (token.getType() == Grammar::ESCAPE_STRING) return unescape(text.substr(2, text.size() - 3), span);
    return identifier_of(token).text;
}

std::string Transformer::unescape(std::string_view body, SourceSpan span) {
    std::string text;
    text.reserve(body.size());
    std::optional<SourceSpan> first_byte;  ///< The first escape that gives a byte: together they must be UTF-8.
    for (std::size_t i = 0; i < body.size();) {
        if (body[i] == '\'') ++i;
        if (body[i] != '\\') {
            text.push_back(body[i++]);
            continue;
        }
        const Escape escape = read_escape(body.substr(i));
        const auto begin = span.begin + 2 + static_cast<std::uint32_t>(i);
        const SourceSpan at{begin, begin + static_cast<std::uint32_t>(escape.length)};
        if (!escape.problem.empty()) reject(DiagnosticCode::invalid_literal, at, escape.problem);
        if (escape.is_byte && !first_byte) first_byte = at;
        text += escape.text;
        i += escape.length;
    }
    if (first_byte && !is_utf8(text))
        reject(DiagnosticCode::invalid_literal, *first_byte, "the bytes of the text are not valid UTF-8",
               "\\x and \\ooo give bytes, \\u and \\U characters: E'\\u00e9' is the same as E'\\xc3\\xa9'");
    return text;
}

std::string Transformer::number_text(Grammar::NumberContext& context) {
    const SourceSpan span = span_of(context);
    std::string text(slice(span));
    std::erase(text, '_');
    const char base = text.size() > 1 ? static_cast<char>(text[1] | 0x20) : '0';
    if (text[0] != '0' || (base != 'x' && base != 'b' && base != 'o')) return text;
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data() + 2, text.data() + text.size(), value,
                                        base == 'x'   ? 16
                                        : base == 'b' ? 2
                                                      : 8);
    if (result.ec != std::errc{}) {
        reject(DiagnosticCode::invalid_literal, span,
               fmt::format("the number {} does not fit in 64 bits", slice(span)));
    }
    return std::to_string(value);
}

ast::Literal Transformer::transform_number(Grammar::NumberContext& context) {
    const std::size_t type = context.start->getType();
    const auto kind = type == Grammar::INTEGER   ? ast::LiteralKind::integer
                      : type == Grammar::DECIMAL ? ast::LiteralKind::decimal
                                                 : ast::LiteralKind::real;
    return {kind, number_text(context)};
}

std::int64_t Transformer::integer_value(const antlr4::Token& token) {
    const SourceSpan span = span_of(token);
    std::string text(slice(span));
    std::erase(text, '_');
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) {
        reject(DiagnosticCode::invalid_literal, span,
               fmt::format("\"{}\" is not a whole number in range", slice(span)));
    }
    return value;
}

}  // namespace laminar
