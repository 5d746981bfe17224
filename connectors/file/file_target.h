#pragma once

#include <memory>
#include <string>

#include "connectors/file/options.h"
#include "connectors/local/queued_sink.h"

namespace laminar {

/// Appends messages to a file, creating it: JSON as lines, CSV as records under a header with the names of the first
/// message (written when the file is empty; else the header that is there counts). Messages for CSV must be JSON
/// objects: values are found by name, other names are dropped, nested values are JSON text. A batch is visible to
/// others when flush returns; when it fails, the file ends with the last message that had room whole.
[[nodiscard]] std::unique_ptr<MessageTarget> make_file_target(std::string path, FileFormat format);

}  // namespace laminar
