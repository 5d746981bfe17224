#pragma once

#include <cstddef>
#include <vector>

#include "parser/ast/query.h"

namespace laminar {

/// a <= b, as the parts of a condition say it.
struct TimeOrder {
    ast::Expression smaller;
    ast::Expression larger;
};

[[nodiscard]] std::vector<TimeOrder> orders_in(const ast::Expression& part);

[[nodiscard]] bool is_inner(const ast::Join& join);
/// Whether a row for which a condition on its side alone does not hold has no part in the join, wherever the condition
/// stands: it need not be kept, and is not late.
[[nodiscard]] bool filters_in_where(const ast::Join& join, std::size_t side);
[[nodiscard]] bool filters_in_condition(const ast::Join& join, std::size_t side);

}  // namespace laminar
