#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connectors/connection.h"
#include "connectors/rows/column_batch.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

/// Adds a failure. Those beyond a bound per cycle are left to the counters of whoever refused them; so are rows without
/// a connection.
void add_failure(std::vector<FailedRow>& failures, FailedRow failure);

/// Adds a row that was refused, with what the hidden metadata columns tell about its message.
void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ColumnBatch& batch, FailedRow::Kind kind = FailedRow::Kind::processing);
void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ResultTable& rows, FailedRow::Kind kind = FailedRow::Kind::processing);

/// A row as a JSON object, by the names of its columns.
[[nodiscard]] std::string row_as_json(const ColumnRows& rows, std::size_t row);

}  // namespace laminar
