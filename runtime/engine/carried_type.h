#pragma once

#include "catalog/objects/column_type.h"

namespace laminar {

/// How values of a type travel between column batches and the engine: as the type, with every part that has no layout
/// of its own (enumeration, union_, bit, time_tz) replaced by varchar.
[[nodiscard]] ColumnType carried_type(const ColumnType& type);

}  // namespace laminar
