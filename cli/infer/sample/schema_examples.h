#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// The JSON that a pointer ("#/a/b") into a document leads to; empty where there is none.
[[nodiscard]] std::string_view resolve_reference(std::string_view document, std::string_view pointer);
/// value, or what its member $ref stands for in the end; empty where that is nothing.
[[nodiscard]] std::string_view dereferenced(std::string_view document, std::string_view value);

/// Values that a JSON Schema allows, as JSON: one with all that it names, one for each of the values that it lists, and
/// one with no more than is required. At most some thirty; what is deeper than a few levels is an empty object.
/// document: what references lead into.
[[nodiscard]] std::vector<std::string> schema_examples(std::string_view document, std::string_view schema);

}  // namespace laminar
