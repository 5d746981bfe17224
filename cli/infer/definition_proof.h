#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/infer/sample/sampled_messages.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// What became of sampled messages in the tables of a script.
struct ProofResult {
    std::uint64_t failed = 0;         ///< Messages that the tables they are for do not take.
    std::uint64_t unmatched = 0;      ///< Messages that are for no table.
    std::vector<std::string> errors;  ///< The first few that differ.
    std::string problem;              ///< Why it could not be tried; empty: it was.
};

/// Executes a script without its endpoint and hands its connection the messages, as laminar test does. Without network.
[[nodiscard]] ProofResult prove_definitions(const std::string& script, std::string_view connection,
                                            const std::vector<const SampledMessage*>& messages);

/// What laminar check says of the script.
[[nodiscard]] Diagnostics check_definitions(const std::string& script);

}  // namespace laminar
