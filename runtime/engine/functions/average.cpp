#include "runtime/engine/functions/average.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {

namespace {

/// Digits of a DECIMAL of 16 bits.
constexpr std::uint8_t short_digits = 4;

ColumnType sum_of_decimals(std::uint8_t scale) {
    ColumnType type(TypeId::decimal);
    type.width = 38;
    type.scale = scale;
    return type;
}

std::string name_of(bool is_short) { return is_short ? "laminar_average_short" : "laminar_average"; }
std::string name_of(bool is_short, std::uint8_t scale) { return name_of(is_short) + "_" + std::to_string(scale); }

std::vector<AverageFunction> make_average_functions() {
    std::vector<AverageFunction> functions;
    for (const bool is_short : {false, true}) {
        functions.push_back({name_of(is_short), TypeId::hugeint, 1, is_short});
        double one = 1;
        for (std::uint8_t scale = 0; scale <= (is_short ? short_digits : largest_scale_of_averages); ++scale, one *= 10)
            functions.push_back({name_of(is_short, scale), sum_of_decimals(scale), one, is_short});
    }
    return functions;
}

template <class Real>
double divide(WideInteger sum, std::int64_t count, double one) {
    return static_cast<double>(static_cast<Real>(sum) / (static_cast<Real>(count) * static_cast<Real>(one)));
}

}  // namespace

double AverageFunction::of(WideInteger sum_of_all, std::int64_t count) const noexcept {
    return is_short ? divide<double>(sum_of_all, count, one) : divide<long double>(sum_of_all, count, one);
}

const std::vector<AverageFunction>& average_functions() {
    static const std::vector<AverageFunction> functions = make_average_functions();
    return functions;
}

const AverageFunction* find_average_function(std::string_view name) {
    const auto& functions = average_functions();
    const auto found = std::find_if(functions.begin(), functions.end(),
                                    [&](const AverageFunction& each) { return equals_ignoring_case(each.name, name); });
    return found == functions.end() ? nullptr : &*found;
}

const std::string& average_function_of(const ColumnType& type) {
    const bool is_decimal = type.id == TypeId::decimal;
    const bool is_short = type.id == TypeId::smallint || (is_decimal && type.width <= short_digits);
    return find_average_function(is_decimal ? name_of(is_short, type.scale) : name_of(is_short))->name;
}

}  // namespace laminar
