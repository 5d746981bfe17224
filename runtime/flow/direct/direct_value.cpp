#include "runtime/flow/direct/direct_value.h"

#include <limits>

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
