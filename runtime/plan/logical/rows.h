#pragma once

#include "parser/ast/query.h"

namespace laminar::logical {

/// What is computed row by row: projections, filters, UNNEST, joins with what is stored.
struct Rows {
    ast::Query query;  ///< BoundScan number n is the n-th input of the node.
};

}  // namespace laminar::logical
