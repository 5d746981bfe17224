#pragma once

#include <string>

#include "catalog/objects/column_type.h"

namespace laminar::flink {

/// An expression in Flink SQL.
struct Written {
    std::string text;  ///< Stands anywhere: an operator has parentheses around it.
    ColumnType type;   ///< What the text has in Flink, which may be nearer than what the expression has here.
    /// May be NULL there: Flink computes NOT NULL values in other ways, such as -1 for an element that is not there.
    bool is_nullable = true;
};

}  // namespace laminar::flink
