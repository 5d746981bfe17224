#pragma once

#include <optional>
#include <vector>

#include "cli/infer/columns/value_shape.h"
#include "cli/infer/kinds/message_path.h"

namespace laminar {

/// Where the rows of a kind are.
struct RowPlace {
    std::optional<MessagePath> rows;    ///< Without: each object is a row.
    const ValueShape* row = nullptr;    ///< The shape of one.
    std::vector<MessagePath> left_out;  ///< Between the message and its rows, where no column reaches.
};

/// root: the shape of all values of the kind. Lists of rows are looked for in objects and arrays that are messages by
/// themselves (is_message).
[[nodiscard]] RowPlace find_row_place(const ValueShape& root, bool is_message);

}  // namespace laminar
