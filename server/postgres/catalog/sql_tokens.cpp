#include "server/postgres/catalog/sql_tokens.h"

#include <algorithm>

#include "parser/text/ascii.h"
#include "parser/text/utf8.h"
#include "parser/tokens/lexical_forms.h"
#include "parser/write/sql_writer.h"

namespace laminar::postgres {

namespace {

constexpr std::string_view spaces = " \t\n\r\f\v";
constexpr std::string_view operator_bytes = "+-*/<>=~!@#%^&|`?";

std::string without_doubled(std::string_view inside, char quote) {
    std::string text;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        text += inside[i];
        if (inside[i] == quote) ++i;
    }
    return text;
}

/// What stands between the quotes of E'...'. Nothing: an escape that is not known here.
std::optional<std::string> without_escapes(std::string_view inside) {
    std::string text;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        if (inside[i] == '\'') {
            text += inside[i++];
            continue;
        }
        if (inside[i] != '\\' || i + 1 == inside.size()) {
            text += inside[i];
            continue;
        }
        const char escaped = inside[++i];
        constexpr std::string_view letters = "bfnrt";
        constexpr std::string_view meanings = "\b\f\n\r\t";
        if (const std::size_t known = letters.find(escaped); known != std::string_view::npos) {
            text += meanings[known];
        } else if (is_letter_or_digit(escaped)) {
            return std::nullopt;
        } else {
            text += escaped;
        }
    }
    return text;
}

class TokenReader {
public:
    explicit TokenReader(std::string_view text) : text_(text) {}

    std::optional<std::vector<SqlToken>> read() {
        while (at_ < text_.size()) {
            if (spaces.find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else if (text_.substr(at_, 2) == "--") {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.substr(at_, 2) == "/*") {
                at_ = end_of_block_comment(text_, at_);
                if (at_ == not_closed) return std::nullopt;
            } else if (!take()) {
                return std::nullopt;
            }
        }
        return std::move(tokens_);
    }

private:
    using Kind = SqlToken::Kind;

    bool take() {
        const char c = text_[at_];
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (c == '\'') return take_quoted(Kind::text);
        if (c == '"') return take_quoted(Kind::name);
        if ((c == 'e' || c == 'E') && next == '\'') return take_escaped();
        if (c == '$') return take_dollar_quoted();
        if (is_digit(c) || (c == '.' && is_digit(next))) return take_number();
        if (is_name_byte(c)) {
            std::size_t end = at_;
            while (end < text_.size() && is_name_byte(text_[end])) ++end;
            // Strings of other kinds (B'', X'', U&'') are not read here.
            if (end < text_.size() && (text_[end] == '\'' || text_.substr(end, 2) == "&'")) return false;
            return add(Kind::word, std::string(text_.substr(at_, end - at_)), end);
        }
        if (operator_bytes.find(c) != std::string_view::npos) return take_operator();
        if (c == ':' && (next == ':' || next == '='))
            return add(Kind::symbol, std::string(text_.substr(at_, 2)), at_ + 2);
        if (std::string_view("()[],;.:").find(c) != std::string_view::npos)
            return add(Kind::symbol, std::string(1, c), at_ + 1);
        return false;
    }

    bool add(Kind kind, std::string value, std::size_t end) {
        tokens_.push_back({kind, std::move(value), {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end)}});
        at_ = end;
        return true;
    }

    bool take_quoted(Kind kind) {
        const std::size_t end = end_of_quoted(text_, at_);
        if (end == not_closed) return false;
        return add(kind, without_doubled(text_.substr(at_ + 1, end - at_ - 2), text_[at_]), end);
    }

    bool take_escaped() {
        const std::size_t end = end_of_escaped(text_, at_ + 1);
        if (end == not_closed) return false;
        std::optional<std::string> value = without_escapes(text_.substr(at_ + 2, end - at_ - 3));
        return value && add(Kind::text, std::move(*value), end);
    }

    bool take_dollar_quoted() {
        const std::size_t mark = dollar_tag_length(text_, at_);
        const std::size_t end = mark == 0 ? not_closed : end_of_dollar_quoted(text_, at_);
        if (end == not_closed) return false;
        return add(Kind::text, std::string(text_.substr(at_ + mark, end - at_ - 2 * mark)), end);
    }

    bool take_number() {
        std::size_t end = at_;
        while (end < text_.size() && is_digit(text_[end])) ++end;
        if (end < text_.size() && text_[end] == '.') {
            ++end;
            while (end < text_.size() && is_digit(text_[end])) ++end;
        }
        if (end < text_.size() && to_lower(text_[end]) == 'e') {
            std::size_t exponent = end + 1;
            if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
            if (exponent < text_.size() && is_digit(text_[exponent])) {
                end = exponent;
                while (end < text_.size() && is_digit(text_[end])) ++end;
            }
        }
        if (end < text_.size() && is_name_byte(text_[end])) return false;
        return add(Kind::number, std::string(text_.substr(at_, end - at_)), end);
    }

    bool take_operator() {
        std::size_t end = at_;
        while (end < text_.size() && operator_bytes.find(text_[end]) != std::string_view::npos &&
               text_.substr(end, 2) != "--" && text_.substr(end, 2) != "/*")
            ++end;
        // A sign at the end belongs to what follows, unless the operator has one of these in it.
        while (end > at_ + 1 && (text_[end - 1] == '+' || text_[end - 1] == '-') &&
               text_.substr(at_, end - at_).find_first_of("~!@#%^&|`?") == std::string_view::npos)
            --end;
        return add(Kind::symbol, std::string(text_.substr(at_, end - at_)), end);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<SqlToken> tokens_;
};

}  // namespace

bool SqlToken::is_word(std::string_view word) const noexcept {
    return kind == Kind::word && equals_ignoring_case(value, word);
}

bool SqlToken::names(std::string_view name) const noexcept {
    return kind == Kind::name ? value == name : is_word(name);
}

std::optional<std::vector<SqlToken>> read_tokens(std::string_view text) {
    if (text.find('\0') != std::string_view::npos || find_invalid_utf8(text) != std::string_view::npos)
        return std::nullopt;
    return TokenReader(text).read();
}

WrittenSql write_tokens(const std::vector<SqlToken>& tokens) {
    WrittenSql written;
    for (const SqlToken& token : tokens) {
        if (!written.text.empty()) written.text += ' ';
        written.origins.push_back({static_cast<std::uint32_t>(written.text.size()), token.span});
        switch (token.kind) {
            case SqlToken::Kind::name:
                written.text += always_quote_identifier(token.value);
                break;
            case SqlToken::Kind::text:
                written.text += quote_string(token.value);
                break;
            default:
                written.text += token.value;
        }
    }
    return written;
}

}  // namespace laminar::postgres
