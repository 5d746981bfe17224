#pragma once

#include <vector>

#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"
#include "parser/text/parser_limits.h"

namespace laminar {

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
