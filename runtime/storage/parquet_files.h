#pragma once

#include <memory>

#include "connectors/file/column_files.h"

namespace laminar {

/// Parquet files by way of the SQL engine. Each reader and writer has an engine of its own, so that neither the session
/// nor the I/O threads wait for a disk; a writer has a thread of its own, too.
[[nodiscard]] std::unique_ptr<ColumnFiles> make_parquet_files();

}  // namespace laminar
