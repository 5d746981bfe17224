#include "parser/tokens/lexical_forms.h"

#include <algorithm>

#include "parser/text/ascii.h"
#include "parser/tokens/case_folding_stream.h"

namespace laminar {
namespace {

bool is_tag_start(char byte) noexcept { return is_letter(byte) || byte == '_' || (byte & 0x80) != 0; }

void move_to(CaseFoldingStream& stream, std::size_t end) { stream.seek(std::min(end, stream.end())); }

}  // namespace

bool is_name_byte(char byte) noexcept { return is_tag_start(byte) || is_digit(byte) || byte == '$'; }

std::size_t end_of_quoted(std::string_view text, std::size_t begin) noexcept {
    const char quote = text[begin];
    for (std::size_t at = begin + 1;;) {
        at = text.find(quote, at);
        if (at == std::string_view::npos) return not_closed;
        if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
        at += 2;
    }
}

std::size_t end_of_escaped(std::string_view text, std::size_t begin) noexcept {
    for (std::size_t at = begin + 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '\'') {
            if (at + 1 >= text.size() || text[at + 1] != '\'') return at + 1;
            ++at;
        }
    }
    return not_closed;
}

std::size_t end_of_block_comment(std::string_view text, std::size_t begin) noexcept {
    std::size_t depth = 1;
    for (std::size_t at = begin + 2; at + 1 < text.size(); ++at) {
        if (text[at] == '*' && text[at + 1] == '/') {
            ++at;
            if (--depth == 0) return at + 1;
        } else if (text[at] == '/' && text[at + 1] == '*') {
            ++at;
            ++depth;
        }
    }
    return not_closed;
}

std::size_t dollar_tag_length(std::string_view text, std::size_t begin) noexcept {
    std::size_t at = begin + 1;
    if (at < text.size() && is_tag_start(text[at])) {
        while (at < text.size() && text[at] != '$' && is_name_byte(text[at])) ++at;
    }
    return at < text.size() && text[at] == '$' ? at + 1 - begin : 0;
}

std::size_t end_of_dollar_quoted(std::string_view text, std::size_t begin) noexcept {
    const std::size_t tag = dollar_tag_length(text, begin);
    const std::size_t closing = text.find(text.substr(begin, tag), begin + tag);
    return closing == std::string_view::npos ? not_closed : closing + tag;
}

void finish_block_comment(antlr4::CharStream& stream) {
    auto& source = static_cast<CaseFoldingStream&>(stream);
    move_to(source, end_of_block_comment(source.text(), source.index() - 2));
}

void finish_dollar_string(antlr4::CharStream& stream, std::size_t begin) {
    auto& source = static_cast<CaseFoldingStream&>(stream);
    move_to(source, end_of_dollar_quoted(source.text(), begin));
}

}  // namespace laminar
