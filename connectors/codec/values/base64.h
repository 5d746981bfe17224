#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// Appends the standard alphabet with padding (RFC 4648, section 4).
void append_base64(std::string& out, std::string_view bytes);

/// Appends the bytes that text stands for: standard or URL-safe alphabet (not mixed), padding optional but complete
/// when given, unused bits zero, no white space. False, with out unchanged, for any other text.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

}  // namespace laminar
