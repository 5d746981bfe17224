#pragma once

#include <cstddef>
#include <string>

#include "connectors/rows/column_batch.h"

namespace laminar::postgres {

/// Appends a value, which is not NULL, as PostgreSQL writes it in the text format with DateStyle ISO, IntervalStyle
/// postgres, TimeZone UTC and bytea_output hex: t, 1e+20, NaN, 0044-03-15 BC, 1 mon 2 days 03:00:00, \xdead,
/// {1,NULL,"a b"}. Moments are cut to microseconds. type is what the column was declared as: what is carried as text
/// looks like text in values.
void append_value(std::string& out, const ColumnType& type, const ColumnVector& values, std::size_t row);

}  // namespace laminar::postgres
