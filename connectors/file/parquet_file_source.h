#pragma once

#include <memory>
#include <string>

#include "connectors/file/column_files.h"
#include "connectors/local/paced_source.h"

namespace laminar {

/// The rows of a Parquet file as columns, and each as a JSON object with all of them, which is its text for whoever
/// asks for the message itself. The file is read on a thread of its own, at most two parts of it ahead. files outlives
/// it.
[[nodiscard]] std::unique_ptr<MessageSource> make_parquet_file_source(std::string path, ColumnFiles& files);

}  // namespace laminar
