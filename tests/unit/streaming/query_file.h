#pragma once

#include <string>
#include <vector>

#include "case_runner.h"

namespace laminar::test {

/// The cases of queries/NAME.sql. A case begins with "-- CASE name"; then follow, each on a line of its own:
///   -- LATE table: expression   a rule (LateRule), any number of them
///   -- SESSIONS table: keys; gap[; condition]   a rule (SessionRule), for a query with a reference
///   -- SETUP                    views and pipelines, as statements
///   -- QUERY                    the continuous query
///   -- REFERENCE                what it must come to, if the query itself does not say it
/// Throws std::runtime_error when the file cannot be read.
[[nodiscard]] std::vector<QueryCase> read_query_file(const std::string& name);

}  // namespace laminar::test
