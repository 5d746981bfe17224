#include "runtime/row_isolation.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace laminar {

namespace {

void process_part(std::size_t first, std::size_t count, const std::function<void(std::size_t, std::size_t)>& process,
                  std::vector<RefusedRow>& refused) {
    if (count == 0) return;
    try {
        process(first, count);
        return;
    } catch (const EngineException& problem) {
        if (!is_about_values(problem.error())) throw;
        if (count == 1) {
            refused.push_back({first, problem.error().message});
            return;
        }
    }
    const std::size_t half = count / 2;
    process_part(first, half, process, refused);
    process_part(first + half, count - half, process, refused);
}

}  // namespace

bool is_about_values(const EngineError& error) {
    static constexpr std::array<std::string_view, 7> types{
        "Conversion", "Out of Range", "Invalid Input", "Constraint", "Mismatch Type", "Divide by Zero", "Decimal"};
    return std::find(types.begin(), types.end(), error.type) != types.end();
}

std::vector<RefusedRow> process_in_parts(std::size_t rows,
                                         const std::function<void(std::size_t, std::size_t)>& process) {
    std::vector<RefusedRow> refused;
    process_part(0, rows, process, refused);
    return refused;
}

}  // namespace laminar
