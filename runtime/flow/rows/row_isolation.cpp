#include "runtime/flow/rows/row_isolation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace laminar {

namespace {

/// Why a part failed; nothing when it passed.
std::optional<std::string> failure_of_part(std::size_t first, std::size_t count,
                                           const std::function<void(std::size_t, std::size_t)>& process) {
    try {
        process(first, count);
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
        return problem.error().message;
    }
    return std::nullopt;
}

void process_part(std::size_t first, std::size_t count, const std::function<void(std::size_t, std::size_t)>& process,
                  unsigned retries, std::vector<RefusedRow>& refused) {
    if (count == 0) return;
    std::optional<std::string> failure = failure_of_part(first, count, process);
    if (!failure) return;
    if (count > 1) {
        const std::size_t half = count / 2;
        process_part(first, half, process, retries, refused);
        process_part(first + half, count - half, process, retries, refused);
        return;
    }
    while (failure && retries-- > 0) failure = failure_of_part(first, count, process);
    if (failure) refused.push_back({first, std::move(*failure)});
}

}  // namespace

bool is_about_values(const EngineError& error) {
    // The engine gives its type "Not implemented" for some values alone (time_bucket of a width of 0): what it cannot
    // do with any value it refuses when a statement is prepared.
    static constexpr std::array<std::string_view, 8> types{"Conversion", "Out of Range",   "Invalid Input",
                                                           "Constraint", "Mismatch Type",  "Divide by Zero",
                                                           "Decimal",    "Not implemented"};
    return std::find(types.begin(), types.end(), error.type) != types.end();
}

std::vector<RefusedRow> process_in_parts(std::size_t rows, const std::function<void(std::size_t, std::size_t)>& process,
                                         unsigned retries) {
    std::vector<RefusedRow> refused;
    process_part(0, rows, process, retries, refused);
    return refused;
}

}  // namespace laminar
