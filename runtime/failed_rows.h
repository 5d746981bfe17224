#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connectors/column_batch.h"
#include "connectors/connection.h"
#include "runtime/engine/engine.h"
#include "runtime/row_isolation.h"

namespace laminar {

/// Adds a row that was refused to failures, with what the hidden metadata columns tell about its message. Failures
/// beyond a bound per cycle are left to the counters of whoever refused them; so are rows without a connection.
void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ColumnBatch& batch);
void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ResultTable& rows);

}  // namespace laminar
