#pragma once

#include <string>

#include "parser/ast/query.h"

namespace laminar {

// Expressions and queries of a plan for people: with the calls of Laminar's own functions as they are written, and
// without the names of relations that the planner has made.

void show_as_written(ast::Expression& expression);
void show_as_written(ast::Query& query);

}  // namespace laminar
