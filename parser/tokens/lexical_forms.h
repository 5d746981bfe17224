#pragma once

#include <cstddef>
#include <string_view>

namespace antlr4 {
class CharStream;
}

namespace laminar {

/// The forms of SQL text that end at a mark of their own. The statement splitter and the generated lexer must agree on
/// them to the byte, so both ask here. Every function takes the offset of the form's first byte and returns the offset
/// after its last, or not_closed.
inline constexpr std::size_t not_closed = std::string_view::npos;

/// 'text' and "name": a doubled quote stands for one.
[[nodiscard]] std::size_t end_of_quoted(std::string_view text, std::size_t begin) noexcept;
/// The quoted part of E'text': a backslash takes the next byte with it.
[[nodiscard]] std::size_t end_of_escaped(std::string_view text, std::size_t begin) noexcept;
/// A block comment; comments nest.
[[nodiscard]] std::size_t end_of_block_comment(std::string_view text, std::size_t begin) noexcept;
/// The length of $$ or $tag$ at begin, 0 when no dollar-quoted string starts there.
[[nodiscard]] std::size_t dollar_tag_length(std::string_view text, std::size_t begin) noexcept;
/// $tag$text$tag$.
[[nodiscard]] std::size_t end_of_dollar_quoted(std::string_view text, std::size_t begin) noexcept;

/// Letters, digits, underscores, dollars and every byte above 0x7F.
[[nodiscard]] bool is_name_byte(char byte) noexcept;

/// For the lexer's actions: move the stream from behind the opening mark to behind the closing one. The stream is a
/// CaseFoldingStream.
void finish_block_comment(antlr4::CharStream& stream);
void finish_dollar_string(antlr4::CharStream& stream, std::size_t begin);

}  // namespace laminar
