#pragma once

#include <cstddef>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "parser/ast/name.h"
#include "parser/ast/query.h"

namespace laminar {

/// A column that values go to.
struct InsertTarget {
    const ColumnObject* column = nullptr;
    const ast::TypeName* written_type = nullptr;  ///< Null where no CREATE TABLE spells it.
};

/// The query of an INSERT as its columns mean it: in VALUES, DEFAULT becomes the DEFAULT of its column (NULL where it
/// has none), and where the rows of a column are written in several ways ('nan' and 1.5), each has the type of the
/// column and not one that all of them could have. Any other query stays as it is. targets: by position.
[[nodiscard]] ast::Query values_for_columns(const ast::Query& query, const std::vector<InsertTarget>& targets);

/// Whether a column of a query is NULL in every row, and written so: it has no type of its own.
[[nodiscard]] bool is_written_null(const ast::Query& query, std::size_t column, std::size_t count);

}  // namespace laminar
