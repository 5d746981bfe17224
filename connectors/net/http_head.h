#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// Whether every header of a head stands on a line of its own, its name right before the colon (RFC 9112 section 5):
/// neither white space before a colon nor values that go on in the next line, which Beast takes.
[[nodiscard]] bool has_strict_lines(std::string_view head);

/// A target with scheme and authority, as to a proxy, means its path (RFC 9112 section 3.2.2).
[[nodiscard]] std::string origin_form(std::string target);

}  // namespace laminar
