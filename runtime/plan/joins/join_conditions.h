#pragma once

#include <cstddef>
#include <optional>
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

/// joined: SELECT ... FROM a join ON all of conditions. Those that may fail for a pair take such a pair for one that
/// does not belong together. Returns a query that computes the conditions as they are, of pairs; nullopt where none
/// may.
[[nodiscard]] std::optional<ast::Query> try_conditions(ast::Select& joined,
                                                       const std::vector<ast::Expression>& conditions,
                                                       const std::vector<bool>& may_fail);

}  // namespace laminar
