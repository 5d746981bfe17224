#pragma once

#include <string_view>

namespace laminar {

/// Ends the process as kill -9 would, when the environment variable LAMINAR_CRASH_POINT names this point: for tests of
/// what a start finds then. "name:3" is the third time that it is passed. Nothing otherwise. Any thread.
void crash_point(std::string_view name) noexcept;

}  // namespace laminar
