#pragma once

#include <vector>

#include "parser/ast/query.h"

namespace laminar::logical {

/// A join whose result changes: of rows that are taken back, or of a side that would wait for partners without end.
struct ChangingJoin {
    std::vector<ast::Expression> conditions;  ///< Over the inputs as join_side_alias.
    ast::Select block;                        ///< As of a StreamJoin.
};

}  // namespace laminar::logical
