#pragma once

#include "catalog/objects/column_type.h"
#include "parser/ast/name.h"

namespace laminar {

/// Makes DECIMALs of which width and scale are not written, also within other types, wide enough for what messages
/// bring: 38 digits, 10 of them behind the point. type: what bind_type made of written.
void keep_all_digits(ColumnType& type, const ast::TypeName& written);

/// Writes the width and scale that the DECIMALs of a type have where written leaves them out.
void write_digits(ast::TypeName& written, const ColumnType& type);

}  // namespace laminar
