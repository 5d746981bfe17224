#pragma once

#include <cstddef>
#include <vector>

#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Limits on hostile or accidental input; exceeding one is a diagnostic.
struct ParserLimits {
    std::size_t max_bytes = 64u << 20;  ///< Of script text.
    std::size_t max_nesting = 1000;     ///< Brackets within brackets, CASE within CASE.
    /// Levels of an AST; a + b + c ... is as deep as it is long. Copying or destroying an AST recurses this deep: about
    /// 100 bytes of stack a level when optimized, 1.2 KiB when not.
    std::size_t max_depth = 6000;
    std::size_t max_tokens = 500'000;  ///< Of one statement. Memory while it is parsed is up to 1 KiB each.
    std::size_t max_errors = 100;      ///< Reported per script.
};

/// Statements that parsed, in order; those with errors are left out and reported.
struct ParsedScript {
    SourceTextPtr source;
    std::vector<ast::Statement> statements;
};

/// Parses a whole script. Recovers at each ';' so that all problems are reported at once.
/// Never throws for any input text. Thread-safe: no shared mutable state.
[[nodiscard]] ParsedScript parse_script(const SourceTextPtr& source, Diagnostics& diagnostics,
                                        const ParserLimits& limits = {});

/// How a shell knows whether to ask for another line: true when text ends inside a statement
/// (no ';' outside of strings, comments and brackets after the last statement).
[[nodiscard]] bool is_incomplete_statement(std::string_view text);

}  // namespace laminar
