#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// The candidate most like name (edit distance with transpositions, case ignored), or empty when none is close enough
/// to be a likely misspelling.
[[nodiscard]] std::string suggest_name(std::string_view name, std::span<const std::string> candidates);

/// "did you mean \"x\"?" or empty.
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace laminar
