#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "parser/lexical_forms.h"
#include "parser/token_classifier.h"
#include "parser/transformer.h"

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
    const auto byte = [&](std::uint32_t value) { text.push_back(static_cast<char>(value)); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xC0 | (code_point >> 6));
        byte(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        byte(0xE0 | (code_point >> 12));
        byte(0x80 | ((code_point >> 6) & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    } else {
        byte(0xF0 | (code_point >> 18));
        byte(0x80 | ((code_point >> 12) & 0x3F));
        byte(0x80 | ((code_point >> 6) & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    }
    return true;
}

/// What a backslash before this letter stands for; the letter itself when nothing special.
char simple_escape(char letter) {
    switch (letter) {
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case 'r':
            return '\r';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        default:
            return letter;
    }
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
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] == '\'') ++i;
        if (body[i] != '\\') {
            text.push_back(body[i]);
            continue;
        }
        const char letter = body[++i];
        const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
        if (digits == 0) {
            text.push_back(simple_escape(letter));
            continue;
        }
        const auto code_point = hexadecimal(body, i + 1, digits);
        if (!code_point || !append_utf8(text, *code_point)) {
            const SourceSpan at{span.begin + 1 + static_cast<std::uint32_t>(i),
                                span.begin + 3 + static_cast<std::uint32_t>(i)};
            reject(DiagnosticCode::invalid_literal, at,
                   fmt::format("\\{} needs {} hexadecimal digits of a character", letter, digits));
        }
        i += digits;
    }
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
