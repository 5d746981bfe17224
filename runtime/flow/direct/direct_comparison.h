#pragma once

#include <memory>

#include "parser/ast/operator.h"
#include "runtime/flow/direct/direct_condition.h"

namespace laminar {

/// A comparison of a column with a constant or with a column of its kind: whole numbers (of up to 64 bits, signed, and
/// up to 32, unsigned) as such, DOUBLE, VARCHAR, BOOLEAN, DATE and TIMESTAMP. Null for anything else.
[[nodiscard]] std::unique_ptr<DirectCondition> make_direct_comparison(ast::OperatorKind comparison,
                                                                      const ast::Expression& left,
                                                                      const ast::Expression& right,
                                                                      DirectColumns& columns);

}  // namespace laminar
