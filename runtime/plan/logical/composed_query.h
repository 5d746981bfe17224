#pragma once

#include <string>

#include "runtime/plan/logical/node.h"

namespace laminar::logical {

/// What is computed row by row between a node and what keeps state below it, as one query: in it, BoundScan number n is
/// the scan, or the node that keeps state, of that number. Of a node that keeps state itself: all of its rows.
[[nodiscard]] ast::Query composed_query(const Node& node);
/// The query that an input of a node that keeps state delivers its values with.
[[nodiscard]] ast::Select composed_block(const Node& input);

}  // namespace laminar::logical
