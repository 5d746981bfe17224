#pragma once

#include <functional>

namespace laminar {

/// Runs work to its end on a thread of its own with a stack of 256 MiB, of which only what is touched takes memory.
/// For recursion whose depth the input decides. Exceptions of work come out here; throws std::system_error when no
/// thread can be had.
void run_on_deep_stack(const std::function<void()>& work);

}  // namespace laminar
