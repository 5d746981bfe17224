#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/column_type.h"
#include "parser/ast/operator.h"

namespace laminar {

/// How much a use tells about a type. Of conflicting uses the stronger decides, of equal ones the first.
enum class UseStrength : std::uint8_t {
    none,
    comparison,       ///< x = 'a', x > 1, x IN (...): the literal says the type.
    boolean_context,  ///< WHERE x, NOT x.
    text_function,    ///< LIKE, ||, upper(x).
    arithmetic,       ///< x * 2, AVG(x).
    time_function,    ///< DATE_TRUNC('day', x), x - INTERVAL '1 hour'.
    json_function,    ///< x -> '$.a', x.a.
};

/// What a place in a query says about the value that stands there.
struct Use {
    ColumnType type;
    UseStrength strength = UseStrength::none;

    [[nodiscard]] bool says_nothing() const noexcept { return strength == UseStrength::none; }
};

/// Collects the uses of columns whose type nobody declared, and decides. A slot is one such column; the same slot
/// travels through derived tables, CTEs and views, so that an outer use decides an inner column. Not thread-safe.
class TypeInference {
public:
    using Slot = std::size_t;

    Slot add_slot();
    void record(const std::vector<Slot>& slots, const Use& use);
    /// unknown when no use decides.
    [[nodiscard]] ColumnType decided(Slot slot) const;
    /// The type of the strongest use that lost against the deciding one, if any.
    [[nodiscard]] std::optional<ColumnType> overruled(Slot slot) const;

private:
    struct State {
        Use best;
        Use lost;
    };
    std::vector<State> slots_;
};

[[nodiscard]] Use boolean_use();
[[nodiscard]] Use text_use();
[[nodiscard]] Use number_use();
[[nodiscard]] Use time_use();
[[nodiscard]] Use json_use();
/// Comparison with a value of that type.
[[nodiscard]] Use comparison_use(const ColumnType& other);

/// What an infix operator says about its operands, given what is known of them and of the place it stands in.
[[nodiscard]] std::pair<Use, Use> operand_uses(ast::OperatorKind op, const Use& place, const ColumnType& left,
                                               const ColumnType& right);
/// The type of an infix operation as far as its operands' types tell.
[[nodiscard]] ColumnType operation_type(ast::OperatorKind op, const ColumnType& left, const ColumnType& right);

/// What a function says about its argument. name is case-folded.
[[nodiscard]] Use argument_use(std::string_view name, std::size_t index, std::size_t count);
/// What an ordered-set aggregate says about WITHIN GROUP (ORDER BY x).
[[nodiscard]] Use within_group_use(std::string_view name);
/// unknown when the name does not tell.
[[nodiscard]] ColumnType function_result_type(std::string_view name);
/// min, max, first, lag, ...: the result is a value of the first argument.
[[nodiscard]] bool returns_first_argument(std::string_view name);
/// coalesce, greatest, ...: all arguments and the result are of one type.
[[nodiscard]] bool has_arguments_of_one_type(std::string_view name);

}  // namespace laminar
