#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace laminar {

/// Members of the objects of a valid JSON document that somebody wrote: what is no object has none.

/// The text of a member's value.
[[nodiscard]] std::optional<std::string_view> member(std::string_view object, const std::string& name);
/// The characters of a member that is a string; empty where there is none.
[[nodiscard]] std::string text_member(std::string_view object, const std::string& name);

}  // namespace laminar
