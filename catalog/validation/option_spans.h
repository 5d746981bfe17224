#pragma once

#include "parser/ast/option.h"

namespace laminar {

/// Options written elsewhere (or nowhere) are reported at the place of the statement that is being bound.
void move_spans(ast::Option& option, SourceSpan span);

}  // namespace laminar
