#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <string>
#include <vector>

namespace laminar {

/// What could have followed, in words for people. For the parser alone: it sees ANTLR.
struct SyntaxExpectation {
    std::string phrase;  ///< "a table name", "\"TO\""; empty when too much could follow to be worth naming.
    std::vector<std::string> keywords;  ///< Candidates for "did you mean".
    /// Those of the keywords that begin a clause: a misspelt one is taken for an alias, and the error is a word later.
    std::vector<std::string> clause_words;
    bool operand_ended = false;  ///< An expression could end here, so operators were possible too.
    bool in_column_definition = false;
};

/// context is the rule of the last matched token, null at the start of a statement.
[[nodiscard]] SyntaxExpectation describe_expectation(const antlr4::misc::IntervalSet& expected,
                                                     const antlr4::dfa::Vocabulary& vocabulary,
                                                     const antlr4::ParserRuleContext* context);

/// A keyword that is not a name unless quoted.
[[nodiscard]] bool is_reserved(std::size_t token_type);

/// Whether the token after a reserved word is the company of a name (a comma, a dot, an operator), so that the word was
/// probably meant as one. Null stands for the end of the statement.
[[nodiscard]] bool reads_as_name(std::size_t token_type, const antlr4::Token* next);

}  // namespace laminar
