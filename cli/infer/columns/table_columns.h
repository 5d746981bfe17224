#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/infer/columns/column_types.h"
#include "cli/infer/columns/row_place.h"
#include "cli/infer/kinds/message_kinds.h"

namespace laminar {

/// A column that takes what stands at one place.
struct FoundColumn {
    std::string name;
    FoundType type;
    std::string json_path;  ///< Empty: the field of its name, or message_path.
    std::string message_path;
    bool is_quoted = false;  ///< Another differs from it in case alone.
    bool not_null = false;
    const ValueShape* shape = nullptr;  ///< Of its values.
    double share = 1;                   ///< Of the rows, that have it.
    bool is_secret = false;             ///< By its name: no value of it is shown.
};

struct FoundColumns {
    std::vector<FoundColumn> columns;
    std::optional<std::size_t> event_time;  ///< Which of them says when something happened, in every row.
    std::vector<std::string> left_out;      ///< Paths that no column takes.

    [[nodiscard]] bool needs_coerce() const;
};

/// Columns for the rows of a kind and, beside lists of rows, for what the message says of all of them. Nested objects
/// are flattened while they are few.
[[nodiscard]] FoundColumns find_columns(const ValueShape& root, const RowPlace& place, const MessageKind& kind);

}  // namespace laminar
