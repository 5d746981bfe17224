#pragma once

#include <memory>
#include <string>

#include "connectors/local/paced_source.h"

namespace laminar {

/// The records of a CSV file whose first record names the columns, each as a JSON object: a field without quotes that
/// is a JSON number, true or false is that, an empty one without quotes is left out (NULL, or the DEFAULT), anything
/// else is a string. Its decoder must coerce (DecoderOptions::coerce), since text says nothing of its type. A record
/// with more fields than the header has is a message with the surplus under "_extra", as an array;
/// one within whose quotes the file ends is in error.
[[nodiscard]] std::unique_ptr<MessageSource> make_csv_file_source(std::string path);

}  // namespace laminar
