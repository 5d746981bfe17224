#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/infer/columns/value_shape.h"
#include "parser/ast/name.h"

namespace laminar {

/// A type that takes all values that have been seen, and what a column needs beside it.
struct FoundType {
    ast::TypeName type;
    std::string time_unit;  ///< Option of the column; empty: none, as the next.
    std::string time_format;
    bool needs_coerce = false;         ///< Of the table.
    const TimeFacts* times = nullptr;  ///< Of a TIMESTAMP, how its values lie.
};

/// name: of the field, which tells quantities from identifiers and times from numbers.
[[nodiscard]] FoundType find_type(const ValueShape& shape, std::string_view name);

[[nodiscard]] ast::TypeName plain_type(std::string_view name);

}  // namespace laminar
