#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/expressions/relation_columns.h"

namespace laminar::flink {

inline constexpr const char* row_number_column = "laminar_row_number";

/// QUALIFY ROW_NUMBER() OVER (...) <= limit, the one window function of a block.
struct FirstRows {
    ast::Expression call;                ///< The first window function, whatever it is.
    std::optional<std::uint64_t> limit;  ///< nullopt: the block is not of that kind.
};
/// Aliases in QUALIFY of select are written out.
[[nodiscard]] FirstRows first_rows_of(ast::Select& select, const std::vector<FromRelation>& relations);

}  // namespace laminar::flink
