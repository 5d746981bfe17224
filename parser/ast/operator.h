#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace laminar::ast {

/// What an operator means, however it is spelled. other: of the engine's alone (@>, ~~*, <->): nothing is known of it.
enum class OperatorKind : std::uint8_t {
    disjunction,
    conjunction,
    negation,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    add,
    subtract,
    multiply,
    divide,
    divide_whole,
    remainder,
    power,
    concatenate,
    json_value,
    json_text,
    bitwise_and,
    bitwise_or,
    shift_left,
    shift_right,
    text_match,  ///< A pattern or a beginning: ~, ~~, ^@, with ! and * and their combinations.
    other
};

/// A prefix or infix operator of an expression: what it means, and how the user spelled it, in upper case.
class Operator {
public:
    Operator() = default;
    Operator(std::string_view text) : kind_(kind_of(text)), text_(text) {}   // NOLINT: implicit by design
    Operator(const std::string& text) : Operator(std::string_view(text)) {}  // NOLINT: implicit by design
    Operator(const char* text) : Operator(std::string_view(text)) {}         // NOLINT: implicit by design
    Operator(OperatorKind kind) : kind_(kind), text_(text_of(kind)) {}       // NOLINT: implicit by design

    [[nodiscard]] OperatorKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool is(OperatorKind kind) const noexcept { return kind_ == kind; }

    /// Whether they mean the same: a = b is a == b.
    friend bool operator==(const Operator& one, const Operator& other) noexcept {
        const bool is_spelling = one.kind_ == OperatorKind::other || one.kind_ == OperatorKind::text_match;
        return one.kind_ == other.kind_ && (!is_spelling || one.text_ == other.text_);
    }

private:
    [[nodiscard]] static OperatorKind kind_of(std::string_view text) noexcept;
    /// The usual spelling; empty for those that have several meanings.
    [[nodiscard]] static std::string_view text_of(OperatorKind kind) noexcept;

    OperatorKind kind_ = OperatorKind::other;
    std::string text_;
};

[[nodiscard]] constexpr bool is_comparison(OperatorKind kind) noexcept {
    return kind >= OperatorKind::equal && kind <= OperatorKind::greater_equal;
}
/// Of numbers, bits among them.
[[nodiscard]] constexpr bool is_arithmetic(OperatorKind kind) noexcept {
    return (kind >= OperatorKind::add && kind <= OperatorKind::power) ||
           (kind >= OperatorKind::bitwise_and && kind <= OperatorKind::shift_right);
}
[[nodiscard]] constexpr bool is_sum(OperatorKind kind) noexcept {
    return kind == OperatorKind::add || kind == OperatorKind::subtract;
}
/// a < b is b > a.
[[nodiscard]] constexpr OperatorKind with_sides_changed(OperatorKind kind) noexcept {
    switch (kind) {
        case OperatorKind::less:
            return OperatorKind::greater;
        case OperatorKind::less_equal:
            return OperatorKind::greater_equal;
        case OperatorKind::greater:
            return OperatorKind::less;
        case OperatorKind::greater_equal:
            return OperatorKind::less_equal;
        default:
            return kind;
    }
}

}  // namespace laminar::ast
