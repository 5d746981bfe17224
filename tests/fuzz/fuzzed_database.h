#pragma once

#include "runtime/database/database.h"

namespace laminar::fuzz {

/// A catalog in memory for clients that send anything: a stored table with rows, a view, a stream that goes on. The
/// same for the life of the program.
[[nodiscard]] Database& fuzzed_database();

}  // namespace laminar::fuzz
