#pragma once

#include <string>

#include "catalog/objects/catalog_object.h"
#include "connectors/rows/column_batch.h"

namespace laminar {

/// The query that completes rows of a table's schema (table_batch_schema), which rows_sql shows: DEFAULTs where the
/// payload had no value, then computed columns. Empty where there is nothing to complete.
[[nodiscard]] std::string completed_rows_sql(const TableObject& table, const BatchSchema& schema,
                                             const std::string& rows_sql);

}  // namespace laminar
