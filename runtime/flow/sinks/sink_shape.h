#pragma once

#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"

namespace laminar {

/// The columns a query must deliver for a sink, in order; empty when the sink takes whatever the query has.
/// columns: those named by INSERT INTO t (a, b), or empty for all.
[[nodiscard]] std::vector<OutputColumn> sink_columns(const TableObject& table, const std::vector<std::string>& columns);

/// The columns of the primary key, quoted, with commas.
[[nodiscard]] std::string key_columns(const TableObject& table);

/// Wraps query_sql so that it delivers exactly these columns, by position, in their declared types.
/// further_columns: of the query, by name, to come after them as they are.
[[nodiscard]] std::string shape_for_sink(const std::string& query_sql, const std::vector<OutputColumn>& columns,
                                         const std::vector<std::string>& further_columns = {});

}  // namespace laminar
