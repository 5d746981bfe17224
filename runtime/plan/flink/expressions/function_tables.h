#pragma once

#include <vector>

#include "runtime/plan/flink/expressions/functions.h"

namespace laminar::flink {

// The parts of the table of functions, a file each.

[[nodiscard]] const std::vector<Function>& text_functions();
[[nodiscard]] const std::vector<Function>& pattern_functions();
[[nodiscard]] const std::vector<Function>& number_functions();
[[nodiscard]] const std::vector<Function>& time_functions();
[[nodiscard]] const std::vector<Function>& choice_functions();
[[nodiscard]] const std::vector<Function>& nested_functions();

}  // namespace laminar::flink
