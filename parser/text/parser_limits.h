#pragma once

#include <cstddef>

namespace laminar {

/// Limits on hostile or accidental input; exceeding one is a diagnostic.
struct ParserLimits {
    std::size_t max_bytes = 64u << 20;  ///< Of script text.
    std::size_t max_nesting = 1000;     ///< Brackets within brackets, CASE within CASE.
    /// Levels of an AST; a + b + c ... is as deep as it is long. Copying or destroying an AST recurses this deep: about
    /// 100 bytes of stack a level when optimized, 1.2 KiB when not.
    std::size_t max_depth = 6000;
    std::size_t max_tokens = 500'000;  ///< Of one statement. Memory while it is parsed is up to 1 KiB each.
    std::size_t max_errors = 100;      ///< Reported per script.
};

}  // namespace laminar
