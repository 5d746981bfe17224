#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic/diagnostic_codes.h"
#include "parser/text/source_span.h"

namespace laminar {

/// What makes the text of a statement unreadable before its words are looked at.
struct LexicalFault {
    DiagnosticCode code = DiagnosticCode::syntax_error;
    SourceSpan span;
    std::string message;
    std::string hint;
};

/// One statement of a script, without its semicolon.
struct StatementText {
    SourceSpan span;                    ///< From the first byte that is neither white space nor comment.
    bool blank = true;                  ///< Nothing but white space and comments.
    bool terminated = false;            ///< A ';' follows.
    bool closed = true;                 ///< No string, comment or bracket is open at its end.
    std::optional<LexicalFault> fault;  ///< The first one.
};

/// Cuts a script at its semicolons in one pass over the bytes, without recursion and with constant memory, so that text
/// of any size and depth is judged before the parser sees it.
class StatementSplitter {
public:
    StatementSplitter(std::string_view text, std::size_t max_nesting);

    /// The next statement; nullopt at the end of the text.
    [[nodiscard]] std::optional<StatementText> next();

private:
    void skip_form(StatementText& statement);
    void skip_word(StatementText& statement);
    void skip_non_ascii(StatementText& statement);
    void finish_form(StatementText& statement, std::size_t begin, std::size_t end, DiagnosticCode code,
                     std::string_view form, std::string_view closing);

    std::string_view text_;
    std::size_t max_nesting_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

}  // namespace laminar
