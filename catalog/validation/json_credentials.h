#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace laminar {

// Credentials within a text that is JSON, such as a message that an option says: the members whose names tell.

/// The text with *** in the place of credentials in clear.
[[nodiscard]] std::string redact_json(std::string_view text);

/// The credentials in clear, as their escapes mean them.
[[nodiscard]] std::vector<std::string> json_credentials(std::string_view text);

}  // namespace laminar
