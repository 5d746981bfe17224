#include "runtime/flow/direct/direct_value.h"

#include <limits>
#include <memory>
#include <utility>

#include "connectors/codec/values/wide_integer.h"
#include "runtime/engine/functions/average.h"
#include "runtime/flow/rows/changelog.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

/// Half of what 64 bits hold: nothing that is computed from two such numbers overflows. Infinity lies beyond.
constexpr std::int64_t farthest_micros = std::numeric_limits<std::int64_t>::max() / 2;
constexpr std::int64_t micros_of_day = 86'400'000'000;

class ColumnValue final : public DirectValue {
public:
    explicit ColumnValue(std::size_t column) : column_(column) {}
    [[nodiscard]] bool append(const DirectRows& rows, ColumnVector& to) const override {
        const ColumnVector& from = *rows.columns[column_];
        for (const std::size_t row : rows.rows) append_value(to, from, row);
        return true;
    }

private:
    std::size_t column_;
};

/// As time_bucket does it (sql_writer_lowering.cpp): windows of a fixed length, counted from offset.
class WindowStart final : public DirectValue {
public:
    WindowStart(std::size_t time, std::int64_t size, std::int64_t offset) : time_(time), size_(size), offset_(offset) {}

    [[nodiscard]] bool append(const DirectRows& rows, ColumnVector& to) const override {
        const ColumnVector& times = *rows.columns[time_];
        for (const std::size_t row : rows.rows) {
            if (!times.is_valid(row)) {
                to.append_null();
                continue;
            }
            const std::int64_t time = times.values<std::int64_t>()[row];
            if (time > farthest_micros || time < -farthest_micros) return false;
            const std::int64_t since = time - offset_;
            const std::int64_t into = since % size_;
            to.append(time - (into < 0 ? into + size_ : into));
        }
        return true;
    }

private:
    std::size_t time_;
    std::int64_t size_;
    std::int64_t offset_;
};

/// A sum divided by its count; NULL where one is NULL or the count is 0. Divide gets the column of sums, the row and
/// the count.
template <class Divide>
class Average final : public DirectValue {
public:
    Average(std::size_t sum, std::size_t count, Divide divide) : sum_(sum), count_(count), divide_(std::move(divide)) {}

    [[nodiscard]] bool append(const DirectRows& rows, ColumnVector& to) const override {
        const ColumnVector& sums = *rows.columns[sum_];
        const ColumnVector& counts = *rows.columns[count_];
        for (const std::size_t row : rows.rows) {
            const std::int64_t count = counts.is_valid(row) ? counts.values<std::int64_t>()[row] : 0;
            if (!sums.is_valid(row) || count == 0)
                to.append_null();
            else
                to.append(divide_(sums, row, count));
        }
        return true;
    }

private:
    std::size_t sum_;
    std::size_t count_;
    Divide divide_;
};

template <class Divide>
std::unique_ptr<DirectValue> make_average(std::size_t sum, std::size_t count, Divide divide) {
    return std::make_unique<Average<Divide>>(sum, count, std::move(divide));
}

/// The column that a call's argument is, where it has that type.
std::optional<std::size_t> argument_of(const ast::FunctionCall& call, std::size_t argument, const ColumnType& type,
                                       DirectColumns& columns) {
    const auto column = columns.find(call.arguments[argument].value);
    return column && columns.type(*column) == type ? column : std::nullopt;
}

bool is_plain_call(const ast::FunctionCall& call, std::size_t arguments) {
    return call.name.parts.size() == 1 && call.arguments.size() == arguments && !call.distinct && !call.filter &&
           !call.over;
}

std::unique_ptr<DirectValue> make_exact_average(const ast::FunctionCall& call, DirectColumns& columns) {
    const AverageFunction* function =
        is_plain_call(call, 2) ? find_average_function(call.name.parts.front().text) : nullptr;
    if (!function) return nullptr;
    const auto sum = argument_of(call, 0, function->sum, columns);
    const auto count = argument_of(call, 1, TypeId::bigint, columns);
    if (!sum || !count) return nullptr;
    return make_average(*sum, *count, [function](const ColumnVector& sums, std::size_t row, std::int64_t divisor) {
        return function->of(to_wide_integer(sums.values<Int128>()[row]), divisor);
    });
}

/// A sum of DOUBLE / nullif(its count, 0).
std::unique_ptr<DirectValue> make_quotient(const ast::Binary& binary, DirectColumns& columns) {
    const auto* divisor = std::get_if<ast::FunctionCall>(&binary.right->node);
    if (!binary.op.is(ast::OperatorKind::divide) || !divisor || !is_plain_call(*divisor, 2) ||
        called_function(*binary.right) != "nullif")
        return nullptr;
    const auto* zero = std::get_if<ast::Literal>(&divisor->arguments[1].value.node);
    if (!zero || zero->kind != ast::LiteralKind::integer || zero->text != "0") return nullptr;
    const auto sum = columns.find(*binary.left);
    const auto count = argument_of(*divisor, 0, TypeId::bigint, columns);
    if (!sum || !count || columns.type(*sum).id != TypeId::float64) return nullptr;
    return make_average(*sum, *count, [](const ColumnVector& sums, std::size_t row, std::int64_t times) {
        return sums.values<double>()[row] / static_cast<double>(times);
    });
}

/// The length of an interval without months, in microseconds; nullopt for anything else, and where it is too long to
/// compute with.
std::optional<std::int64_t> fixed_micros(const ast::Expression& expression, const DirectColumns& columns) {
    if (!std::holds_alternative<ast::IntervalLiteral>(without_parentheses(expression).node)) return std::nullopt;
    const auto value = columns.constant(expression, "INTERVAL");
    if (!value) return std::nullopt;
    const IntervalValue interval = value->values<IntervalValue>()[0];
    std::int64_t micros = 0;
    if (interval.months != 0 || __builtin_mul_overflow(interval.days, micros_of_day, &micros) ||
        __builtin_add_overflow(micros, interval.micros, &micros) || micros > farthest_micros ||
        micros < -farthest_micros)
        return std::nullopt;
    return micros;
}

std::unique_ptr<DirectValue> make_window_start(const ast::TimeWindow& window, DirectColumns& columns) {
    if (window.kind != ast::TimeWindow::Kind::tumble || window.part != ast::TimeWindow::Part::start) return nullptr;
    const auto time = columns.find(*window.time);
    if (!time || columns.type(*time).id != TypeId::timestamp) return nullptr;
    const auto size = fixed_micros(*window.size, columns);
    const auto offset = window.offset ? fixed_micros(*window.offset, columns) : 0;
    if (!size || !offset || *size <= 0) return nullptr;
    return std::make_unique<WindowStart>(*time, *size, *offset);
}

}  // namespace

std::unique_ptr<DirectValue> make_direct_column(std::size_t column, const ColumnType& type,
                                                const DirectColumns& columns) {
    return columns.type(column) == type ? std::make_unique<ColumnValue>(column) : nullptr;
}

std::unique_ptr<DirectValue> make_direct_value(const ast::Expression& expression, const ColumnType& type,
                                               DirectColumns& columns) {
    if (const auto column = columns.find(expression)) return make_direct_column(*column, type, columns);
    const ast::Expression& bare = without_parentheses(expression);
    if (type.id == TypeId::float64) {
        if (const auto* call = std::get_if<ast::FunctionCall>(&bare.node)) return make_exact_average(*call, columns);
        const auto* binary = std::get_if<ast::Binary>(&bare.node);
        return binary ? make_quotient(*binary, columns) : nullptr;
    }
    if (type.id != TypeId::timestamp) return nullptr;
    // The start of a window is a TIMESTAMP already.
    if (const auto* cast = std::get_if<ast::Cast>(&bare.node))
        return cast->type.name == "TIMESTAMP" && cast->type.dimensions.empty()
                   ? make_direct_value(*cast->operand, type, columns)
                   : nullptr;
    const auto* window = std::get_if<ast::TimeWindow>(&bare.node);
    return window ? make_window_start(*window, columns) : nullptr;
}

}  // namespace laminar
