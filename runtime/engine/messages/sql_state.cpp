#include "runtime/engine/messages/sql_state.h"

#include <algorithm>
#include <array>

namespace laminar {

namespace {

struct KnownError {
    std::string_view type;
    std::string_view part;  ///< Of the message; empty: whatever it says.
    std::string_view state;
};

/// The first that fits counts.
constexpr std::array known_errors{
    KnownError{"Conversion", "field value out of range", "22008"},
    KnownError{"Conversion", "Date out of range", "22008"},
    KnownError{"Conversion", "is out of range", "22003"},
    KnownError{"Conversion", "", "22P02"},
    KnownError{"Out of Range", "", "22003"},
    KnownError{"Divide by Zero", "", "22012"},
    KnownError{"Invalid Input", "More than one row returned", "21000"},
    KnownError{"Invalid Input", "Malformed JSON", "22P02"},
    KnownError{"Invalid Input", "", "22023"},
    KnownError{"Constraint", "Duplicate key", "23505"},
    KnownError{"Constraint", "NOT NULL constraint", "23502"},
    KnownError{"Constraint", "CHECK constraint", "23514"},
    KnownError{"Constraint", "", "23000"},
    KnownError{"Out of Memory", "", "53200"},
    KnownError{"Permission", "", "42501"},
    KnownError{"Parser", "", "42601"},
    KnownError{"Syntax", "", "42601"},
};

}  // namespace

std::string_view engine_error_state(std::string_view type, std::string_view message) noexcept {
    const auto* known = std::find_if(known_errors.begin(), known_errors.end(), [&](const KnownError& each) {
        return each.type == type && message.find(each.part) != std::string_view::npos;
    });
    return known == known_errors.end() ? std::string_view() : known->state;
}

}  // namespace laminar
