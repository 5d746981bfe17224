#pragma once

#include <functional>
#include <optional>

#include "catalog/objects/column_type.h"
#include "parser/ast/expression.h"

namespace laminar {

/// Tells expressions that may have no value for some rows (a cast, a sum that is out of range) from those that always
/// have one. Where it cannot tell, they may fail.
class FailureTest {
public:
    using TypeOf = std::function<std::optional<ColumnType>(const ast::Expression&)>;
    /// What is taken as a value that is there: an aggregate, a grouping key.
    using IsValue = std::function<bool(const ast::Expression&)>;

    explicit FailureTest(TypeOf type_of, IsValue is_value = {})
        : type_of_(std::move(type_of)), is_value_(std::move(is_value)) {}

    [[nodiscard]] bool may_fail(const ast::Expression& expression) const;

private:
    [[nodiscard]] bool may_any_child_fail(const ast::Expression& expression) const;
    [[nodiscard]] bool may_fail(const ast::Binary& binary, const ast::Expression& whole) const;
    [[nodiscard]] bool may_fail(const ast::FunctionCall& call, const ast::Expression& whole) const;
    [[nodiscard]] bool may_fail(const ast::TimeWindow& window, const ast::Expression& whole) const;
    [[nodiscard]] bool casts_safely(const ast::Cast& cast, const ast::Expression& whole) const;
    /// Comparing them makes the engine cast one to the type of the other, which may fail.
    [[nodiscard]] bool compares_text(const ast::Expression& left, const ast::Expression& right) const;
    [[nodiscard]] TypeId type_of(const ast::Expression& expression) const;

    TypeOf type_of_;
    IsValue is_value_;
};

[[nodiscard]] bool is_text(TypeId type) noexcept;

}  // namespace laminar
