#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// Appends text as a JSON string, quotes included. What is not UTF-8 becomes U+FFFD, so the result always is.
void append_json_string(std::string& json, std::string_view text);

}  // namespace laminar
