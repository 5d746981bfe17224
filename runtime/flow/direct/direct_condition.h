#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/flow/direct/direct_columns.h"
#include "runtime/flow/direct/direct_rows.h"

namespace laminar {

enum class Truth : std::uint8_t { no, unknown, yes };

/// A condition that is computed without a statement, row by row, and can never fail: comparisons of columns with
/// constants or with columns of their kind, IN, BETWEEN, IS NULL, and what AND, OR, NOT make of them.
class DirectCondition {
public:
    virtual ~DirectCondition() = default;
    [[nodiscard]] virtual Truth of(const DirectRows& rows, std::size_t row) const = 0;
};

/// Null where the expression has something else in it.
[[nodiscard]] std::unique_ptr<DirectCondition> make_direct_condition(const ast::Expression& expression,
                                                                     DirectColumns& columns);

}  // namespace laminar
