#include "runtime/flow/direct/direct_comparison.h"

#include <charconv>
#include <string>
#include <string_view>

#include "connectors/codec/values/scalar_text.h"
#include "runtime/flow/direct/direct_cell.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

using Comparison = ast::OperatorKind;

/// What is compared with one another.
enum class Kind : std::uint8_t { other, whole, real, text, boolean, date, timestamp };

Kind kind_of(const ColumnType& type) {
    switch (type.id) {
        case TypeId::float64:
            return Kind::real;
        case TypeId::varchar:
            return Kind::text;
        case TypeId::boolean:
            return Kind::boolean;
        case TypeId::date:
            return Kind::date;
        case TypeId::timestamp:
            return Kind::timestamp;
        case TypeId::ubigint:  // Beyond what is compared here.
            return Kind::other;
        default:
            return is_integer(type.id) ? Kind::whole : Kind::other;
    }
}

template <class Stored>
std::int64_t whole_at(const ColumnVector& column, std::size_t row) {
    return static_cast<std::int64_t>(column.values<Stored>()[row]);
}

/// Reads a value of a column in the form in which it is compared.
template <class Value>
using Reader = Value (*)(const ColumnVector&, std::size_t);

Reader<std::int64_t> whole_reader(PhysicalType physical) {
    switch (physical) {
        case PhysicalType::int8:
            return whole_at<std::int8_t>;
        case PhysicalType::int16:
            return whole_at<std::int16_t>;
        case PhysicalType::int32:
            return whole_at<std::int32_t>;
        case PhysicalType::bool8:
        case PhysicalType::uint8:
            return whole_at<std::uint8_t>;
        case PhysicalType::uint16:
            return whole_at<std::uint16_t>;
        case PhysicalType::uint32:
            return whole_at<std::uint32_t>;
        default:
            return whole_at<std::int64_t>;
    }
}

double real_at(const ColumnVector& column, std::size_t row) { return column.values<double>()[row]; }
std::string_view text_at(const ColumnVector& column, std::size_t row) { return column.string_at(row); }

int order_of(std::int64_t left, std::int64_t right) { return left < right ? -1 : static_cast<int>(right < left); }
int order_of(double left, double right) { return order_of_reals(left, right); }
/// By their bytes.
int order_of(std::string_view left, std::string_view right) { return left.compare(right); }

Truth holds(Comparison comparison, int order) {
    const auto truth = [](bool is_true) { return is_true ? Truth::yes : Truth::no; };
    switch (comparison) {
        case Comparison::equal:
            return truth(order == 0);
        case Comparison::not_equal:
            return truth(order != 0);
        case Comparison::less:
            return truth(order < 0);
        case Comparison::less_equal:
            return truth(order <= 0);
        case Comparison::greater:
            return truth(order > 0);
        default:
            return truth(order >= 0);
    }
}

template <class Value, class Constant>
class WithConstant final : public DirectCondition {
public:
    WithConstant(Comparison comparison, std::size_t column, Reader<Value> read, Constant constant)
        : comparison_(comparison), column_(column), read_(read), constant_(std::move(constant)) {}

    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        const ColumnVector& column = *rows.columns[column_];
        if (!column.is_valid(row)) return Truth::unknown;
        return holds(comparison_, order_of(read_(column, row), Value(constant_)));
    }

private:
    Comparison comparison_;
    std::size_t column_;
    Reader<Value> read_;
    Constant constant_;
};

template <class Value>
class WithColumn final : public DirectCondition {
public:
    struct Side {
        std::size_t column;
        Reader<Value> read;
    };
    WithColumn(Comparison comparison, Side left, Side right) : comparison_(comparison), left_(left), right_(right) {}

    [[nodiscard]] Truth of(const DirectRows& rows, std::size_t row) const override {
        const ColumnVector& left = *rows.columns[left_.column];
        const ColumnVector& right = *rows.columns[right_.column];
        if (!left.is_valid(row) || !right.is_valid(row)) return Truth::unknown;
        return holds(comparison_, order_of(left_.read(left, row), right_.read(right, row)));
    }

private:
    Comparison comparison_;
    Side left_;
    Side right_;
};

/// A number as it is written, with or without signs.
bool is_number(const ast::Expression& expression) {
    const ast::Expression& bare = without_parentheses(expression);
    if (const auto* unary = std::get_if<ast::Unary>(&bare.node))
        return ast::is_sum(unary->op.kind()) && is_number(*unary->operand);
    const auto* literal = std::get_if<ast::Literal>(&bare.node);
    return literal && (literal->kind == ast::LiteralKind::integer || literal->kind == ast::LiteralKind::decimal ||
                       literal->kind == ast::LiteralKind::real);
}

/// A whole number of 64 bits.
std::optional<std::int64_t> whole_number(const ast::Expression& expression) {
    const ast::Expression& bare = without_parentheses(expression);
    bool negative = false;
    const ast::Expression* digits = &bare;
    if (const auto* unary = std::get_if<ast::Unary>(&bare.node)) {
        if (!ast::is_sum(unary->op.kind())) return std::nullopt;
        negative = unary->op.is(ast::OperatorKind::subtract);
        digits = &without_parentheses(*unary->operand);
    }
    const auto* literal = std::get_if<ast::Literal>(&digits->node);
    if (!literal || literal->kind != ast::LiteralKind::integer) return std::nullopt;
    std::int64_t value = 0;
    const char* end = literal->text.data() + literal->text.size();
    const auto [stop, error] = std::from_chars(literal->text.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return negative ? -value : value;
}

bool is_literal(const ast::Expression& expression, ast::LiteralKind kind) {
    const auto* literal = std::get_if<ast::Literal>(&without_parentheses(expression).node);
    return literal && literal->kind == kind;
}

bool is_typed(const ast::Expression& expression, std::string_view type) {
    const auto* literal = std::get_if<ast::TypedLiteral>(&without_parentheses(expression).node);
    return literal && literal->type.name == type && literal->type.dimensions.empty();
}

std::unique_ptr<DirectCondition> compare_wholes(Comparison comparison, std::size_t column, const DirectColumns& columns,
                                                std::int64_t constant) {
    const PhysicalType physical = physical_type(columns.type(column));
    return std::make_unique<WithConstant<std::int64_t, std::int64_t>>(comparison, column, whole_reader(physical),
                                                                      constant);
}

std::unique_ptr<DirectCondition> compare_with_constant(Comparison comparison, std::size_t column,
                                                       const ast::Expression& written, const DirectColumns& columns) {
    switch (kind_of(columns.type(column))) {
        case Kind::whole:
            if (const auto value = whole_number(written)) return compare_wholes(comparison, column, columns, *value);
            return nullptr;
        case Kind::real: {
            const auto value = is_number(written) ? columns.constant(written, "DOUBLE") : std::nullopt;
            if (!value) return nullptr;
            return std::make_unique<WithConstant<double, double>>(comparison, column, real_at, real_at(*value, 0));
        }
        case Kind::text: {
            if (!is_literal(written, ast::LiteralKind::string)) return nullptr;
            const auto& text = std::get<ast::Literal>(without_parentheses(written).node).text;
            return std::make_unique<WithConstant<std::string_view, std::string>>(comparison, column, text_at, text);
        }
        case Kind::boolean: {
            if (!is_literal(written, ast::LiteralKind::boolean)) return nullptr;
            const auto& text = std::get<ast::Literal>(without_parentheses(written).node).text;
            return compare_wholes(comparison, column, columns, static_cast<std::int64_t>(text == "true"));
        }
        case Kind::date: {
            if (!is_typed(written, "DATE") && !is_literal(written, ast::LiteralKind::string)) return nullptr;
            const auto value = columns.constant(written, "DATE");
            return value ? compare_wholes(comparison, column, columns, whole_at<std::int32_t>(*value, 0)) : nullptr;
        }
        case Kind::timestamp: {
            if (!is_typed(written, "TIMESTAMP") && !is_literal(written, ast::LiteralKind::string)) return nullptr;
            const auto value = columns.constant(written, "TIMESTAMP");
            return value ? compare_wholes(comparison, column, columns, whole_at<std::int64_t>(*value, 0)) : nullptr;
        }
        case Kind::other:
            return nullptr;
    }
    return nullptr;
}

std::unique_ptr<DirectCondition> compare_columns(Comparison comparison, std::size_t left, std::size_t right,
                                                 const DirectColumns& columns) {
    const Kind kind = kind_of(columns.type(left));
    if (kind == Kind::other || kind != kind_of(columns.type(right))) return nullptr;
    if (kind == Kind::real)
        return std::make_unique<WithColumn<double>>(comparison, WithColumn<double>::Side{left, real_at},
                                                    WithColumn<double>::Side{right, real_at});
    if (kind == Kind::text)
        return std::make_unique<WithColumn<std::string_view>>(comparison,
                                                              WithColumn<std::string_view>::Side{left, text_at},
                                                              WithColumn<std::string_view>::Side{right, text_at});
    using Side = WithColumn<std::int64_t>::Side;
    return std::make_unique<WithColumn<std::int64_t>>(comparison,
                                                      Side{left, whole_reader(physical_type(columns.type(left)))},
                                                      Side{right, whole_reader(physical_type(columns.type(right)))});
}

}  // namespace

std::unique_ptr<DirectCondition> make_direct_comparison(Comparison comparison, const ast::Expression& left,
                                                        const ast::Expression& right, DirectColumns& columns) {
    const auto left_column = columns.find(left);
    const auto right_column = columns.find(right);
    if (left_column && right_column) return compare_columns(comparison, *left_column, *right_column, columns);
    if (left_column) return compare_with_constant(comparison, *left_column, right, columns);
    if (right_column) return compare_with_constant(ast::with_sides_changed(comparison), *right_column, left, columns);
    return nullptr;
}

}  // namespace laminar
