#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/query/bound_query.h"

namespace laminar::logical {

struct Plan;

/// The rows of a relation: a stream, a table, the result of a pipeline.
struct Scan {
    std::size_t input = 0;  ///< Index into BoundQuery::inputs.
    InputKind kind = InputKind::stored_table;
    std::string object;                    ///< Its name.
    std::shared_ptr<const Plan> upstream;  ///< Of a pipeline: how its rows come about, if that is known.
};

/// "stream table", "pipeline", ...
[[nodiscard]] std::string_view input_kind_name(InputKind kind) noexcept;

}  // namespace laminar::logical
