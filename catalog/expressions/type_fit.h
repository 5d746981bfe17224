#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/expressions/value_functions.h"
#include "catalog/options/computed_expression.h"
#include "parser/ast/name.h"

namespace laminar {

// Which types of values go together in expressions of options. What JSON holds shows only when it is there.

[[nodiscard]] bool fits_parameter(ComputedType type, ParameterKind kind) noexcept;
/// "a text", "a whole number": for messages.
[[nodiscard]] std::string_view describe(ParameterKind kind) noexcept;
/// What to write where it does not fit; may be empty.
[[nodiscard]] std::string fit_hint(ComputedType type, ParameterKind kind);

[[nodiscard]] bool is_number(ComputedType type) noexcept;
[[nodiscard]] bool are_comparable(ComputedType one, ComputedType other) noexcept;
/// Of an arithmetic operation.
[[nodiscard]] ComputedType number_type(ComputedOperation operation, ComputedType left, ComputedType right) noexcept;
/// Of several results, one of which it will be; nullopt where some are BLOBs and others are not.
[[nodiscard]] std::optional<ComputedType> common_type(const std::vector<ComputedType>& types);

struct CastTarget {
    std::string_view name;  ///< Of the type, as SQL; of integers narrower than BIGINT their own.
    ComputedType type;
};
[[nodiscard]] std::optional<CastTarget> find_cast_target(const ast::TypeName& type);
[[nodiscard]] bool can_cast(ComputedType from, ComputedType to) noexcept;

}  // namespace laminar
