// Functions of numbers. What is computed with DOUBLE may differ in the last bit: Java has a mathematical library of its
// own.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/function_tables.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

Written as_double(std::string text) { return {std::move(text), TypeId::float64}; }

Written abs(const Call& call) {
    Written value = call.writer.write(call.argument(0));
    // The smallest whole number has no opposite.
    if (is_whole(value.type.id))
        return checked_whole({fmt::format("ABS(CAST({} AS DECIMAL(38, 0)))", value.text), TypeId::hugeint}, value.type,
                             CastStyle::strict);
    return {fmt::format("ABS({})", value.text), value.type};
}

/// DuckDB rounds the product with a power of ten, Java the decimal digits of the number: 1.005 is rounded to 1.0
/// and 1.01.
Written round(const Call& call) {
    Written value = call.writer.write(call.argument(0));
    const auto digits = call.count() == 2 ? constant_number(without_parentheses(call.argument(1))) : 0;
    if (!digits || *digits > 15) call.refuse("round takes a literal number of up to 15 digits in Flink");
    if (is_whole(value.type.id)) return value;
    if (value.type.id == TypeId::decimal) {
        const int scale = static_cast<int>(*digits);
        if (scale >= scale_of(value.type)) return value;
        // One digit more may come before the point.
        return {fmt::format("ROUND({}, {})", value.text, scale),
                decimal_type(value.type.width - scale_of(value.type) + scale + 1, scale)};
    }
    value = call.number(0);
    if (*digits == 0) return as_double(fmt::format("ROUND({}, 0)", value.text));
    const std::string power = fmt::format("CAST(1{} AS DOUBLE)", std::string(*digits, '0'));
    return as_double(fmt::format("(ROUND(({} * {}), 0) / {})", value.text, power, power));
}

Written whole_part(const Call& call, const char* function) {
    Written value = call.writer.write(call.argument(0));
    if (is_whole(value.type.id)) return value;
    if (value.type.id == TypeId::decimal)
        return {fmt::format("CAST({}({}) AS {})", function, value.text,
                            *type_text(decimal_type(value.type.width - value.type.scale + 1, 0))),
                decimal_type(value.type.width - value.type.scale + 1, 0)};
    return as_double(fmt::format("{}({})", function, call.number(0).text));
}
Written floor(const Call& call) { return whole_part(call, "FLOOR"); }
Written ceil(const Call& call) { return whole_part(call, "CEIL"); }

/// An error here for numbers that have no such value, NaN or an infinity there.
Written guarded(const Call& call, const char* function, const char* beyond) {
    const std::string value = call.number(0).text;
    return as_double(
        fmt::format("(CASE WHEN {0} {1} CAST(0 AS DOUBLE) THEN CAST(CAST({0} AS STRING) || CAST(' has no {2}' AS "
                    "STRING) AS DOUBLE) ELSE {2}({0}) END)",
                    value, beyond, function));
}
Written sqrt(const Call& call) { return guarded(call, "SQRT", "<"); }
Written ln(const Call& call) { return guarded(call, "LN", "<="); }
Written log10(const Call& call) { return guarded(call, "LOG10", "<="); }
Written log2(const Call& call) { return guarded(call, "LOG2", "<="); }

template <const char* const& function>
Written of_double(const Call& call) {
    return as_double(fmt::format("{}({})", function, call.number(0).text));
}
constexpr const char* exp_function = "EXP";
constexpr const char* sin_function = "SIN";
constexpr const char* cos_function = "COS";
constexpr const char* tan_function = "TAN";
constexpr const char* atan_function = "ATAN";
constexpr const char* degrees_function = "DEGREES";
constexpr const char* radians_function = "RADIANS";

Written power(const Call& call) {
    return as_double(fmt::format("POWER({}, {})", call.number(0).text, call.number(1).text));
}
Written atan2(const Call& call) {
    return as_double(fmt::format("ATAN2({}, {})", call.number(0).text, call.number(1).text));
}
Written pi(const Call&) { return {"PI()", TypeId::float64, false}; }

}  // namespace

const std::vector<Function>& number_functions() {
    static const std::vector<Function> all{
        {"abs", 1, 1, abs, "abs(i)", "ABS"},
        {"round", 1, 2, round, "round(d, 2)", "ROUND of the product with a power of ten"},
        {"floor", 1, 1, floor, "floor(d)", "FLOOR"},
        {"ceil", 1, 1, ceil, "ceil(d)", "CEIL"},
        {"ceiling", 1, 1, ceil, "ceiling(d)", "CEIL"},
        {"sqrt", 1, 1, sqrt, "sqrt(d)", "SQRT; a negative number ends the job"},
        {"ln", 1, 1, ln, "ln(d)", "LN; a number up to 0 ends the job"},
        {"log10", 1, 1, log10, "log10(d)", "LOG10; a number up to 0 ends the job"},
        {"log", 1, 1, log10, "log(d)", "LOG10; a number up to 0 ends the job"},
        {"log2", 1, 1, log2, "log2(d)", "LOG2; a number up to 0 ends the job"},
        {"exp", 1, 1, of_double<exp_function>, "exp(d)", "EXP"},
        {"sin", 1, 1, of_double<sin_function>, "sin(d)", "SIN"},
        {"cos", 1, 1, of_double<cos_function>, "cos(d)", "COS"},
        {"tan", 1, 1, of_double<tan_function>, "tan(d)", "TAN"},
        {"atan", 1, 1, of_double<atan_function>, "atan(d)", "ATAN"},
        {"degrees", 1, 1, of_double<degrees_function>, "degrees(d)", "DEGREES"},
        {"radians", 1, 1, of_double<radians_function>, "radians(d)", "RADIANS"},
        {"power", 2, 2, power, "power(d, 2)", "POWER"},
        {"pow", 2, 2, power, "pow(d, 2)", "POWER"},
        {"atan2", 2, 2, atan2, "atan2(d, d)", "ATAN2"},
        {"pi", 0, 0, pi, "pi()", "PI"},
    };
    return all;
}

}  // namespace laminar::flink
