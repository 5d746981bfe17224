#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/text/source_span.h"
#include "parser/write/sql_writer.h"

namespace laminar::postgres {

/// A token of SQL as PostgreSQL reads it.
struct SqlToken {
    enum class Kind : std::uint8_t {
        word,    ///< An unquoted name or keyword, as it is spelled.
        name,    ///< A quoted name, without the quotes.
        text,    ///< A string of any form, without quotes and escapes.
        number,  ///< As it is spelled.
        symbol,  ///< An operator, or one of ( ) [ ] , ; . : ::
    };

    Kind kind = Kind::symbol;
    std::string value;
    SourceSpan span = {};  ///< Of the statement.

    /// Without regard to case.
    [[nodiscard]] bool is_word(std::string_view word) const noexcept;
    [[nodiscard]] bool is_symbol(std::string_view symbol) const noexcept {
        return kind == Kind::symbol && value == symbol;
    }
    [[nodiscard]] bool is_identifier() const noexcept { return kind == Kind::word || kind == Kind::name; }
    /// An identifier of this name, which is in lower case.
    [[nodiscard]] bool names(std::string_view name) const noexcept;
};

/// The tokens of one statement, without comments. Nothing: a form has no end, or is none that is known here.
[[nodiscard]] std::optional<std::vector<SqlToken>> read_tokens(std::string_view text);

/// Text that the engine reads as these tokens and no others: strings and quoted names are quoted anew.
[[nodiscard]] WrittenSql write_tokens(const std::vector<SqlToken>& tokens);

}  // namespace laminar::postgres
