#include "parser/tokens/statement_splitter.h"

#include <fmt/format.h>

#include <cstdint>

#include "parser/text/ascii.h"
#include "parser/text/utf8.h"
#include "parser/tokens/lexical_forms.h"

namespace laminar {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

SourceSpan span_of(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

void report(StatementText& statement, LexicalFault fault) {
    if (!statement.fault) statement.fault = std::move(fault);
}

bool is_space(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f' || byte == '\v';
}

bool is_wide_space(char32_t code_point) {
    return code_point == 0xA0 || (code_point >= 0x2000 && code_point <= 0x200B) || code_point == 0x2028 ||
           code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F || code_point == 0x3000 ||
           code_point == 0xFEFF;
}

bool is_typographic_quote(char32_t code_point) { return code_point >= 0x2018 && code_point <= 0x201F; }

/// Bytes that may not stand anywhere, not even in a string or a comment.
void check_bytes(StatementText& statement, std::string_view text, std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end;) {
        const char byte = text[at];
        if (byte == '\0') {
            report(statement, {DiagnosticCode::nul_byte, span_of(at, at + 1), "the text contains a NUL byte",
                               "SQL is text; remove the byte"});
        }
        if ((byte & 0x80) == 0) {
            ++at;
            continue;
        }
        const DecodedCodePoint character = decode_code_point(text.substr(at));
        if (!character.is_utf8()) {
            report(statement, {DiagnosticCode::invalid_utf8, span_of(at, at + 1),
                               fmt::format("the byte 0x{:02X} is not valid UTF-8 here",
                                           static_cast<unsigned>(static_cast<unsigned char>(byte))),
                               "save the file as UTF-8"});
        }
        at += character.length;
    }
}

}  // namespace

StatementSplitter::StatementSplitter(std::string_view text, std::size_t max_nesting)
    : text_(text), max_nesting_(max_nesting), at_(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0) {}

std::optional<StatementText> StatementSplitter::next() {
    if (at_ >= text_.size()) return std::nullopt;
    StatementText statement;
    depth_ = 0;
    std::size_t content_end = at_;
    while (at_ < text_.size() && text_[at_] != ';') {
        const std::size_t begin = at_;
        const bool comment = text_.substr(at_).starts_with("--") || text_.substr(at_).starts_with("/*");
        if (is_space(text_[at_])) {
            ++at_;
            continue;
        }
        skip_form(statement);
        if (comment && !statement.fault) continue;
        if (statement.blank) statement.span.begin = static_cast<std::uint32_t>(begin);
        statement.blank = false;
        content_end = at_;
    }
    if (statement.blank) statement.span.begin = static_cast<std::uint32_t>(content_end);
    statement.span.end = static_cast<std::uint32_t>(content_end);
    statement.terminated = at_ < text_.size();
    statement.closed = statement.closed && depth_ == 0;
    if (statement.terminated) ++at_;
    return statement;
}

void StatementSplitter::skip_form(StatementText& statement) {
    const std::size_t begin = at_;
    const char byte = text_[at_];
    const std::string_view rest = text_.substr(at_, 2);
    if (rest == "--") {
        const std::size_t line_end = text_.find('\n', at_);
        at_ = line_end == std::string_view::npos ? text_.size() : line_end;
        check_bytes(statement, text_, begin, at_);
    } else if (rest == "/*") {
        finish_form(statement, begin, end_of_block_comment(text_, begin), DiagnosticCode::unterminated_comment,
                    "the comment", "*/");
    } else if (byte == '\'') {
        finish_form(statement, begin, end_of_quoted(text_, begin), DiagnosticCode::unterminated_string, "the string",
                    "'");
    } else if (byte == '"') {
        finish_form(statement, begin, end_of_quoted(text_, begin), DiagnosticCode::unterminated_identifier,
                    "the quoted name", "\"");
    } else if (byte == '$' && dollar_tag_length(text_, at_) > 0) {
        const std::string_view tag = text_.substr(at_, dollar_tag_length(text_, at_));
        finish_form(statement, begin, end_of_dollar_quoted(text_, begin), DiagnosticCode::unterminated_string,
                    "the dollar-quoted string", tag);
    } else if ((byte & 0x80) != 0) {
        skip_non_ascii(statement);
    } else if (is_name_byte(byte)) {
        skip_word(statement);
    } else {
        if (byte == '\0') check_bytes(statement, text_, at_, at_ + 1);
        if (byte == '(' || byte == '[' || byte == '{') {
            if (++depth_ > max_nesting_ && !statement.fault) {
                report(statement, {DiagnosticCode::nesting_too_deep, span_of(at_, at_ + 1),
                                   fmt::format("brackets are nested more than {} deep", max_nesting_),
                                   "split the statement with WITH or views"});
            }
        } else if ((byte == ')' || byte == ']' || byte == '}') && depth_ > 0) {
            --depth_;
        }
        ++at_;
    }
}

void StatementSplitter::skip_word(StatementText& statement) {
    const std::size_t begin = at_;
    const bool number = is_digit(text_[at_]);
    while (at_ < text_.size() && is_name_byte(text_[at_]) && !(number && text_[at_] == '$')) {
        if ((text_[at_] & 0x80) != 0) {
            skip_non_ascii(statement);
        } else {
            ++at_;
        }
    }
    const bool escape_mark = at_ == begin + 1 && (text_[begin] == 'e' || text_[begin] == 'E');
    if (escape_mark && at_ < text_.size() && text_[at_] == '\'') {
        finish_form(statement, begin, end_of_escaped(text_, at_), DiagnosticCode::unterminated_string, "the string",
                    "'");
    }
}

void StatementSplitter::skip_non_ascii(StatementText& statement) {
    const std::size_t begin = at_;
    const DecodedCodePoint character = decode_code_point(text_.substr(at_));
    at_ += character.length;
    if (!character.is_utf8()) {
        check_bytes(statement, text_, begin, begin + 1);
    } else if (is_wide_space(character.value)) {
        report(statement, {DiagnosticCode::syntax_error, span_of(begin, at_),
                           fmt::format("the space character U+{:04X} is not white space in SQL",
                                       static_cast<std::uint32_t>(character.value)),
                           "replace it with a plain space"});
    } else if (is_typographic_quote(character.value)) {
        report(statement, {DiagnosticCode::syntax_error, span_of(begin, at_),
                           fmt::format("the typographic quotation mark U+{:04X} does not quote in SQL",
                                       static_cast<std::uint32_t>(character.value)),
                           "use ' around strings and \" around names"});
    }
}

void StatementSplitter::finish_form(StatementText& statement, std::size_t begin, std::size_t end, DiagnosticCode code,
                                    std::string_view form, std::string_view closing) {
    if (end == not_closed) {
        statement.closed = false;
        const std::size_t mark = code == DiagnosticCode::unterminated_comment ? 2 : closing.size();
        report(statement, {code, span_of(begin, begin + mark), fmt::format("{} that starts here is not closed", form),
                           fmt::format("close it with {}", closing)});
        at_ = text_.size();
        return;
    }
    at_ = end;
    check_bytes(statement, text_, begin, end);
}

}  // namespace laminar
