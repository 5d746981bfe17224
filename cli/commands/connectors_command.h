#pragma once

#include <string>

namespace laminar {

enum class ReferenceFormat { text, json, markdown };

/// Prints the reference of one connector, or of all when name is empty. Returns the exit code: 0, or 2 for a name that
/// no connector has.
[[nodiscard]] int connectors_command(const std::string& name, ReferenceFormat format);

}  // namespace laminar
