#include "parser/tokens/keywords.h"

#include <algorithm>
#include <array>
#include <string>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

// From duckdb_keywords() of DuckDB 1.4, each list in ascending order. Its unreserved keywords are names everywhere.

constexpr auto column_names = std::to_array<std::string_view>({
    "between",   "bigint",        "bit",      "boolean",       "char",      "character",    "coalesce",
    "dec",       "decimal",       "exists",   "extract",       "float",     "grouping",     "grouping_id",
    "inout",     "int",           "integer",  "interval",      "national",  "nchar",        "none",
    "nullif",    "numeric",       "out",      "overlay",       "position",  "precision",    "real",
    "row",       "setof",         "smallint", "substring",     "time",      "timestamp",    "treat",
    "trim",      "values",        "varchar",  "xmlattributes", "xmlconcat", "xmlelement",   "xmlexists",
    "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi",         "xmlroot",   "xmlserialize", "xmltable",
});

constexpr auto function_names = std::to_array<std::string_view>({
    "anti",  "asof",   "at",      "authorization", "binary",      "by",       "collation", "columns",  "concurrently",
    "cross", "freeze", "full",    "generated",     "glob",        "ilike",    "inner",     "is",       "isnull",
    "join",  "left",   "like",    "map",           "natural",     "notnull",  "outer",     "overlaps", "positional",
    "right", "semi",   "similar", "struct",        "tablesample", "try_cast", "unpack",    "verbose",
});

constexpr auto reserved_words = std::to_array<std::string_view>({
    "all",        "analyse",      "analyze",     "and",       "any",       "array",    "as",         "asc",
    "asymmetric", "both",         "case",        "cast",      "check",     "collate",  "column",     "constraint",
    "create",     "default",      "deferrable",  "desc",      "describe",  "distinct", "do",         "else",
    "end",        "except",       "false",       "fetch",     "for",       "foreign",  "from",       "group",
    "having",     "in",           "initially",   "intersect", "into",      "lambda",   "lateral",    "leading",
    "limit",      "not",          "null",        "offset",    "on",        "only",     "or",         "order",
    "pivot",      "pivot_longer", "pivot_wider", "placing",   "primary",   "qualify",  "references", "returning",
    "select",     "show",         "some",        "summarize", "symmetric", "table",    "then",       "to",
    "trailing",   "true",         "union",       "unique",    "unpivot",   "using",    "variadic",   "when",
    "where",      "window",       "with",
});

// Column names to DuckDB, but Laminar's own grammar reads them as the beginning of something else.
constexpr auto laminar_words = std::to_array<std::string_view>({"between", "exists", "interval", "values"});

// Of the column names, those whose calls look like any other; the rest have a syntax of their own after '('.
constexpr auto callable_column_names =
    std::to_array<std::string_view>({"coalesce", "grouping", "grouping_id", "nullif", "row", "substring", "trim"});
// The other way round: not callable although no class of theirs says so.
constexpr auto uncallable_words = std::to_array<std::string_view>({"anti", "by", "operator", "semi", "try_cast"});

constexpr std::size_t longest_keyword = 32;

template <class List>
bool contains(const List& list, std::string_view word) noexcept {
    return std::binary_search(list.begin(), list.end(), word);
}

/// The word in lower case, held without allocation; empty when it is too long to be a keyword.
class FoldedWord {
public:
    explicit FoldedWord(std::string_view word) noexcept {
        if (word.size() > longest_keyword) return;
        std::transform(word.begin(), word.end(), bytes_.begin(), to_lower);
        size_ = word.size();
    }
    [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<char, longest_keyword> bytes_{};
    std::size_t size_ = 0;
};

bool is_word_start(char byte) noexcept { return is_letter(byte) || byte == '_'; }

}  // namespace

KeywordClass classify_keyword(std::string_view word) noexcept {
    const FoldedWord folded(word);
    if (contains(reserved_words, folded.text()) || contains(laminar_words, folded.text())) {
        return KeywordClass::reserved;
    }
    if (contains(function_names, folded.text())) return KeywordClass::function_name;
    if (contains(column_names, folded.text())) return KeywordClass::column_name;
    return KeywordClass::none;
}

bool is_function_word(std::string_view word) noexcept {
    const FoldedWord folded(word);
    if (contains(uncallable_words, folded.text())) return false;
    switch (classify_keyword(word)) {
        case KeywordClass::none:
        case KeywordClass::function_name:
            return true;
        case KeywordClass::column_name:
            return contains(callable_column_names, folded.text());
        case KeywordClass::reserved:
            return false;
    }
    return false;
}

bool is_plain_word(std::string_view word) noexcept {
    if (word.empty() || !is_word_start(word.front())) return false;
    return std::all_of(word.begin(), word.end(),
                       [](char byte) { return is_word_start(byte) || is_digit(byte) || byte == '$'; });
}

}  // namespace laminar
