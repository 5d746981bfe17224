#pragma once

#include <cstdint>
#include <vector>

#include "parser/ast/query.h"

namespace laminar::logical {

/// The first rows of each partition: ROW_NUMBER() <= limit. Rows are never taken back, so that those beyond the limit
/// never come back either.
struct TopRows {
    ast::Select block;  ///< Over operator_rows_scan, the input.
    std::vector<ast::Expression> partition;
    ast::Expression row_number;  ///< The call, over the input.
    std::uint64_t limit = 0;
};

}  // namespace laminar::logical
