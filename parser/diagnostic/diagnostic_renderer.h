#pragma once

#include <string>

#include "parser/diagnostic/diagnostic.h"

namespace laminar {

struct RenderOptions {
    bool color = false;           ///< ANSI colours; the caller decides by terminal and NO_COLOR.
    std::size_t max_width = 160;  ///< Longer source lines are cut around the caret.
};

/// file:line:column: error[L301]: message, the source line, carets under the span (a span over several
/// lines is marked on its first), and the hint. Ends with a newline. Control characters in the
/// source line are shown as spaces; carets account for wide characters and tabs.
[[nodiscard]] std::string render_diagnostic(const Diagnostic& diagnostic, const RenderOptions& options = {});

}  // namespace laminar
