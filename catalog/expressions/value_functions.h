#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "catalog/options/computed_expression.h"

namespace laminar {

/// What an argument may be.
enum class ParameterKind : std::uint8_t {
    any,
    text,    ///< Anything but a BLOB.
    bytes,   ///< A BLOB, or a text for its UTF-8.
    blob,    ///< A BLOB alone.
    digits,  ///< What has hexadecimal digits: the bytes of a text or BLOB, or a whole number.
    whole,   ///< A whole number.
    timestamp,
    constant,  ///< A text that is written out.
};

/// A function that expressions of options may call: its name as in the SQL of queries where it is one of those, too,
/// and with the same result.
struct ValueFunction {
    std::string_view name;
    ComputedOperation operation;
    std::vector<ParameterKind> parameters;
    std::size_t required = 0;                     ///< So many of them at least.
    bool is_variadic = false;                     ///< The last parameter is that of all arguments that follow.
    ComputedType result = ComputedType::varchar;  ///< Unless its arguments decide: json.
};

/// All of them, in alphabetical order; aliases have an entry of their own.
[[nodiscard]] const std::vector<ValueFunction>& value_functions();
/// By name in any case; null when there is none.
[[nodiscard]] const ValueFunction* find_value_function(std::string_view name);

}  // namespace laminar
