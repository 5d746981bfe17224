#pragma once

#include <memory>
#include <string>

#include "connectors/file/column_files.h"
#include "connectors/local/queued_sink.h"

namespace laminar {

/// Writes rows (OutgoingMessage::rows) to a Parquet file. What a Parquet file holds is told at its end, so it stands
/// in its place once the target is closed, and not at all if nothing was written. files outlives it.
[[nodiscard]] std::unique_ptr<MessageTarget> make_parquet_file_target(std::string path, ColumnFiles& files);

}  // namespace laminar
