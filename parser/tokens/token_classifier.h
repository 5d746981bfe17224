#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/text/source_span.h"
#include "parser/tokens/statement_splitter.h"

namespace laminar {

using TokenList = std::vector<std::unique_ptr<antlr4::Token>>;

/// Byte offsets of a token. For the parser alone: it sees ANTLR.
[[nodiscard]] SourceSpan span_of(const antlr4::Token& token);

/// A keyword of the language, reserved or not.
[[nodiscard]] bool is_keyword(std::size_t token_type);

/// Decides by its neighbours what a token means where the grammar has one token of lookahead only:
///   * a parenthesis that opens a query becomes OPEN_QUERY;
///   * a word that is special in few places (END, WINDOW, LEFT, FILTER ...) stays a keyword there and becomes an
///   IDENTIFIER
///     everywhere else, so that it needs no reservation;
///   * the word after INTERVAL '5' becomes INTERVAL_UNIT, ALL in = ALL (..) QUANTIFIER, and so on;
///   * < and > around the parts of a type (MAP<TEXT, ARRAY<INT>>) become OPEN_ANGLE and CLOSE_ANGLE, >> two of them.
/// Takes the tokens of one statement, EOF last, in linear time.
class TokenClassifier {
public:
    TokenClassifier(TokenList& tokens, std::string_view text, std::size_t max_nesting);

    /// What makes the statement unreadable whatever the grammar says: malformed numbers, stray characters, nested CASE
    /// beyond the limit.
    [[nodiscard]] std::optional<LexicalFault> classify();

private:
    [[nodiscard]] std::size_t type(std::size_t index) const;
    [[nodiscard]] std::size_t type_before(std::size_t index, std::size_t distance = 1) const;
    void set_type(std::size_t index, std::size_t new_type);
    [[nodiscard]] std::string_view text_of(std::size_t index) const;
    [[nodiscard]] bool is_word(std::size_t index) const;

    void mark_type_arguments();
    /// Where the type that begins here ends; nullopt where there is none. angles: the < and > of it.
    [[nodiscard]] std::optional<std::size_t> end_of_type(std::size_t index, std::vector<std::size_t>& angles,
                                                         std::size_t& surplus, std::size_t depth) const;
    [[nodiscard]] std::optional<std::size_t> end_of_type_arguments(std::size_t index, std::vector<std::size_t>& angles,
                                                                   std::size_t& surplus, std::size_t depth) const;
    void split_shift(std::size_t index);
    [[nodiscard]] bool makes_type_unsigned(std::size_t index) const;
    void match_brackets();
    void mark_queries();
    [[nodiscard]] bool starts_query(std::size_t index) const;
    [[nodiscard]] std::optional<LexicalFault> check_form(std::size_t index) const;
    [[nodiscard]] bool keeps_meaning(std::size_t index) const;
    [[nodiscard]] bool keeps_join_meaning(std::size_t index) const;
    [[nodiscard]] bool is_interval_literal(std::size_t index) const;
    [[nodiscard]] bool is_lambda(std::size_t index) const;
    [[nodiscard]] bool ends_case(std::size_t index) const;
    void classify_word(std::size_t index);
    void mark_interval_unit(std::size_t index);

    TokenList& tokens_;
    std::string_view text_;
    std::size_t max_nesting_;
    std::vector<std::size_t> match_;  ///< For an opening bracket the index of its closing one, or npos.
    std::vector<std::size_t> depth_of_open_case_;
    std::size_t depth_ = 0;
};

}  // namespace laminar
