#pragma once

#include "runtime/engine/duckdb_handles.h"

namespace laminar {

/// Registers exact_sum_function(DOUBLE) and exact_sum_function(BLOB), which add up numbers and such sums to a sum
/// (BLOB, NULL of nothing but NULLs), and exact_value_function(BLOB), its value as DOUBLE. Throws EngineException.
void register_exact_sums(duckdb_connection connection);

}  // namespace laminar
