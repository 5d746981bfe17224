#pragma once

#include <memory>
#include <string>

#include "connectors/local/paced_source.h"

namespace laminar {

/// The values of a JSON file, one message each: the elements of the array it begins with, or else its lines (empty ones
/// left out). What a message is worth is for the decoder to say, but that an array does not end, or ends after a comma,
/// is a message that is in error. Values beyond 16 MiB fail the source.
[[nodiscard]] std::unique_ptr<MessageSource> make_json_file_source(std::string path);

}  // namespace laminar
