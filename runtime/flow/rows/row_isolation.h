#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// A row of a batch that the engine refuses (a cast that fails, a number out of range, a constraint).
struct RefusedRow {
    std::size_t row = 0;
    std::string reason;
};

/// Whether an error is about values, so that the other rows of the batch may well pass.
[[nodiscard]] bool is_about_values(const EngineError& error);

/// Calls process for parts of [0, rows) so that every row that can pass does so, in order and exactly once: a part that
/// fails is halved until single rows remain. process(first, count) must have no effect when it throws EngineException.
/// Errors that are not about values pass through. A single row is tried so many times again before it is refused; the
/// reason is that of the last try.
[[nodiscard]] std::vector<RefusedRow> process_in_parts(std::size_t rows,
                                                       const std::function<void(std::size_t, std::size_t)>& process,
                                                       unsigned retries = 0);

}  // namespace laminar
