#pragma once

#include "catalog/objects/column_type.h"
#include "parser/ast/name.h"

namespace laminar {

/// Makes DECIMALs of which width and scale are not written, also within other types, wide enough for what messages
/// bring: 38 digits, 10 of them behind the point. type: what bind_type made of written.
void keep_all_digits(ColumnType& type, const ast::TypeName& written);

}  // namespace laminar
