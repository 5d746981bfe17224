#include "server/postgres/statements/copy_statement.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "parser/tokens/lexical_forms.h"
#include "parser/write/sql_writer.h"

namespace laminar::postgres {

namespace {

struct Token {
    std::string text;  ///< Without quotes.
    bool is_quoted = false;
    bool is_literal = false;
    std::size_t begin = 0;
    std::size_t end = 0;
};

class CopyParser {
public:
    explicit CopyParser(std::string_view text) : text_(text) { advance(); }

    std::optional<CopyStatement> parse(std::optional<ErrorMessage>& error) {
        if (!take("copy")) return std::nullopt;
        CopyStatement copy;
        if (!read(copy)) {
            if (!problem_)
                problem_ = ErrorMessage{.state = "42601",
                                        .message = "this is no COPY",
                                        .hint =
                                            "write COPY (query) TO STDOUT or COPY table (columns) FROM STDIN, with "
                                            "(FORMAT csv, HEADER) or without"};
            error = problem_;
        }
        return copy;
    }

private:
    [[nodiscard]] bool is(std::string_view word) const {
        return !token_.is_quoted && !token_.is_literal && equals_ignoring_case(token_.text, word);
    }
    bool take(std::string_view word) {
        if (!is(word)) return false;
        advance();
        return true;
    }
    void advance() {
        while (at_ < text_.size()) {
            const std::string_view two = text_.substr(at_, 2);
            if (two == "--") {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (two == "/*") {
                at_ = std::min(end_of_block_comment(text_, at_), text_.size());
            } else if (std::string_view(" \t\r\n\f\v").find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else {
                break;
            }
        }
        token_ = {};
        token_.begin = token_.end = at_;
        if (at_ == text_.size()) return;
        const char c = text_[at_];
        const bool escaped = (c == 'e' || c == 'E') && text_.substr(at_ + 1, 1) == "'";
        if (c == '\'' || c == '"' || escaped) {
            const std::size_t open = escaped ? at_ + 1 : at_;
            at_ = std::min(escaped ? end_of_escaped(text_, open) : end_of_quoted(text_, open), text_.size());
            for (std::size_t i = open + 1; i + 1 < at_; ++i) {
                if (escaped && text_[i] == '\\') {
                    ++i;
                    token_.text += text_[i] == 't' ? '\t' : text_[i];
                    continue;
                }
                token_.text += text_[i];
                if (text_[i] == text_[open]) ++i;
            }
            token_.is_quoted = c == '"';
            token_.is_literal = c != '"';
        } else if (const std::size_t mark = c == '$' ? dollar_tag_length(text_, at_) : 0; mark > 0) {
            const std::size_t end = end_of_dollar_quoted(text_, at_);
            if (end != not_closed) token_.text = text_.substr(at_ + mark, end - at_ - 2 * mark);
            at_ = std::min(end, text_.size());
            token_.is_literal = true;
        } else {
            ++at_;
            while (is_name_byte(c) && at_ < text_.size() && is_name_byte(text_[at_])) ++at_;
            token_.text = text_.substr(token_.begin, at_ - token_.begin);
        }
        token_.end = at_;
    }
    [[nodiscard]] bool at_end() const { return token_.begin == text_.size(); }

    bool name(std::string& into) {
        if (at_end() || token_.is_literal || (!token_.is_quoted && !is_name_byte(token_.text.front()))) return false;
        into = token_.text;
        advance();
        return true;
    }

    bool read(CopyStatement& copy) {
        if (is("(")) {
            copy.query_begin = token_.end;
            std::size_t depth = 0;
            std::size_t end = 0;
            do {
                if (is("(")) ++depth;
                if (is(")")) --depth;
                end = token_.begin;
                advance();
            } while (depth > 0 && !at_end());
            if (depth > 0) return false;
            copy.query = text_.substr(copy.query_begin, end - copy.query_begin);
        } else {
            if (!name(copy.table)) return false;
            // public.table is what some clients write.
            if (equals_ignoring_case(copy.table, "public") && take(".") && !name(copy.table)) return false;
            if (take("(")) {
                do {
                    if (!name(copy.columns.emplace_back())) return false;
                } while (take(","));
                if (!take(")")) return false;
            }
        }
        if (take("from")) {
            copy.is_from = true;
            if (!copy.query.empty()) return false;
            if (!take("stdin")) return refuse("COPY reads what the client sends: FROM STDIN");
        } else if (!take("to")) {
            return false;
        } else if (!take("stdout")) {
            return refuse("COPY sends its rows to the client: TO STDOUT");
        }
        if (!copy.is_from && copy.query.empty()) {
            std::string columns;
            for (const std::string& column : copy.columns)
                columns += (columns.empty() ? "" : ", ") + always_quote_identifier(column);
            copy.query =
                fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : columns, always_quote_identifier(copy.table));
        }
        return options(copy.format) && at_end();
    }

    bool refuse(std::string message) {
        problem_ = ErrorMessage{.state = "0A000", .message = std::move(message)};
        return false;
    }

    bool options(CopyFormat& format) {
        const bool announced = take("with");
        std::optional<char> delimiter;
        std::optional<std::string> null;
        if (take("(")) {
            do {
                if (!option(format, delimiter, null)) return false;
            } while (take(","));
            if (!take(")")) return false;
        } else {
            if (announced && at_end()) return false;
            while (!at_end()) {
                if (take("csv")) {
                    format.is_csv = true;
                } else if (!option(format, delimiter, null)) {
                    return false;
                }
            }
        }
        format.delimiter = delimiter.value_or(format.is_csv ? ',' : '\t');
        format.null = null.value_or(format.is_csv ? "" : "\\N");
        if (format.has_header && !format.is_csv) return refuse("HEADER is for FORMAT csv");
        if (format.delimiter == '\n' || format.delimiter == '\r' || format.delimiter == '\\' ||
            (format.is_csv && format.delimiter == format.quote) || format.null.find('\n') != std::string::npos)
            return refuse("this delimiter, quote or text for NULL is not possible");
        return true;
    }

    bool one_character(char& into) {
        take("as");
        if (token_.text.size() != 1 || !token_.is_literal) return false;
        into = token_.text.front();
        advance();
        return true;
    }

    bool option(CopyFormat& format, std::optional<char>& delimiter, std::optional<std::string>& null) {
        if (take("format")) {
            format.is_csv = equals_ignoring_case(token_.text, "csv");
            if (!format.is_csv && !equals_ignoring_case(token_.text, "text"))
                return refuse("the formats of COPY are text and csv");
            advance();
            return true;
        }
        if (take("header")) {
            format.has_header = !(is("false") || is("off") || is("0"));
            if (!format.has_header || is("true") || is("on") || is("1")) advance();
            return true;
        }
        if (take("delimiter")) return one_character(delimiter.emplace());
        if (take("quote")) return one_character(format.quote);
        if (take("null")) {
            take("as");
            if (!token_.is_literal) return false;
            null = token_.text;
            advance();
            return true;
        }
        if (take("encoding")) {
            advance();  // It is UTF-8, which client_encoding makes sure of.
            return true;
        }
        return refuse(fmt::format("COPY has no option {} here", token_.text));
    }

    const std::string_view text_;
    std::size_t at_ = 0;
    Token token_;
    std::optional<ErrorMessage> problem_;
};

}  // namespace

std::optional<CopyStatement> parse_copy(std::string_view statement, std::optional<ErrorMessage>& error) {
    return CopyParser(statement).parse(error);
}

}  // namespace laminar::postgres
