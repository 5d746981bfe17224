#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// A YAML document (of the core schema of YAML 1.2, with << of YAML 1.1) as JSON: keys are texts, aliases are written
/// out. Nothing, with problem filled, where it is none, where it has more than limit bytes as JSON (aliases of aliases
/// have no end), or where it is nested deeper than 500 levels.
[[nodiscard]] std::optional<std::string> yaml_as_json(std::string_view text, std::size_t limit, std::string& problem);

}  // namespace laminar
