#pragma once

#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar {

/// Sums of floating-point numbers over frames for which the engine would add up blocks, or rows in an order that
/// changes with what else is computed, become sums without rounding. output: over rows with these values.
void sum_up_frames_exactly(ast::Select& output, const std::vector<OutputColumn>& values,
                           const RelationColumns& columns);

}  // namespace laminar
