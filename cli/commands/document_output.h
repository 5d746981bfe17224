#pragma once

#include <string_view>

namespace laminar {

/// Writes a document (help, a reference, a version) on standard output: what a command is called for and ends with.
/// Returns the command's exit code: 0, also when the reader has gone away; 1 when it could not be written, which
/// standard error then says.
int print_document(std::string_view text);

}  // namespace laminar
