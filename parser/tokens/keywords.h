#pragma once

#include <string_view>

namespace laminar {

/// How DuckDB 1.4 and Laminar treat a word in a name's place. What either cannot read unquoted is written in quotes.
enum class KeywordClass {
    none,           ///< Not a keyword, or one that is a name everywhere.
    column_name,    ///< A name of columns and relations, but not of functions and arguments.
    function_name,  ///< A name of functions, but not of columns and relations.
    reserved,       ///< Never a name.
};

/// Case is ignored.
[[nodiscard]] KeywordClass classify_keyword(std::string_view word) noexcept;

/// Whether a word of this spelling calls a function when it stands unquoted before '('. False for keywords that begin a
/// syntax of their own there.
[[nodiscard]] bool is_function_word(std::string_view word) noexcept;

/// A letter or underscore, then letters, digits, underscores and dollars; ASCII alone.
[[nodiscard]] bool is_plain_word(std::string_view word) noexcept;

}  // namespace laminar
