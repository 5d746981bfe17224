#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"

namespace laminar {

/// The engine keeps the values of an ENUM as numbers: of a text that is none of them it says that it could not be
/// converted to such a number. These say what it could not be converted to, as far as that can be known.
///
/// message: of a conversion that failed. sql: the statement; what it casts to is looked for there.
void tell_of_enumerations(std::string& message, std::string_view sql);

/// Where the statement stores into columns, whose types its text does not say.
struct StoredColumn {
    std::string name;
    ColumnType type;
};
void tell_of_enumerations(std::string& message, const std::vector<StoredColumn>& columns);

}  // namespace laminar
