#include "runtime/plan/flink/expressions/aggregates.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

/// Sums have 38 digits; where rows have no more than these, it takes 10^10 of the largest to use them up.
constexpr int most_summed_digits = 28;

class AggregateWriter {
public:
    AggregateWriter(ExpressionWriter& writer, const ast::FunctionCall& call, const ast::Expression& whole,
                    const AggregateUse& use)
        : writer_(writer), call_(call), whole_(whole), use_(use), name_(fold_case(call.name.parts.back().text)) {}

    Written write() {
        if (!call_.order_by.empty() || call_.ignore_nulls || call_.respect_nulls)
            refuse(fmt::format("{} of rows in an order has no equal in Flink", name_));
        if (call_.distinct && name_ != "count") refuse(fmt::format("{}(DISTINCT ...) has no equal in Flink", name_));
        if (name_ == "count" || name_ == "count_star") return count();
        if (name_ == "percentile_cont" || name_ == "quantile_cont" || name_ == "median") return percentile();
        if (!call_.within_group.empty() || call_.arguments.size() != 1)
            refuse(fmt::format("this form of {} has no equal in Flink", name_));
        if (name_ == "count_if" || name_ == "countif") return count_if();
        const Written value = writer_.write(call_.arguments.front().value);
        if (name_ == "min" || name_ == "max") return extreme(value);
        if (!is_number(value.type.id)) refuse(fmt::format("{} of {} has no equal in Flink", name_, to_sql(value.type)));
        return name_ == "avg" || name_ == "mean" ? average(value) : sum(value);
    }

private:
    [[noreturn]] void refuse(std::string message, std::string hint = {}) const {
        writer_.findings().refuse(
            whole_.span, std::move(message),
            hint.empty() ? "docs/cluster.md lists the aggregates that have one" : std::move(hint));
    }

    /// function(argument), of the rows that FILTER lets pass.
    [[nodiscard]] std::string call_text(std::string_view function, const std::string& argument,
                                        const char* distinct = "") const {
        if (!call_.filter) return fmt::format("{}({}{}){}", function, distinct, argument, use_.over);
        const std::string condition = writer_.write_condition(*call_.filter);
        // OVER and FILTER do not go together there. What is NULL does not count.
        if (!use_.over.empty())
            return fmt::format("{}({}CASE WHEN {} THEN {} END){}", function, distinct, condition, argument, use_.over);
        return fmt::format("{}({}{}) FILTER (WHERE {})", function, distinct, argument, condition);
    }

    Written count() {
        const bool is_star =
            call_.arguments.empty() || std::holds_alternative<ast::Star>(call_.arguments.front().value.node);
        if (call_.arguments.size() > 1) refuse("count of several values has no equal in Flink");
        if (is_star) {
            const bool needs_value = call_.filter && !use_.over.empty();
            return {call_text("COUNT", needs_value ? "1" : "*"), TypeId::bigint, false};
        }
        if (call_.distinct && !use_.over.empty()) refuse("count(DISTINCT ...) over frames has no equal in Flink");
        const Written value = writer_.write(call_.arguments.front().value);
        if (value.type.id == TypeId::unknown) refuse("count(NULL) has no equal in Flink");
        if (call_.distinct && (value.type.is_nested() || is_floating(value.type.id)))
            refuse("which lists, structures and floating-point numbers are the same is not the same in Flink");
        return {call_text("COUNT", value.text, call_.distinct ? "DISTINCT " : ""), TypeId::bigint, false};
    }

    Written count_if() {
        const std::string condition = writer_.write_condition(call_.arguments.front().value);
        return {call_text("COUNT", fmt::format("CASE WHEN {} THEN 1 END", condition)), TypeId::bigint, false};
    }

    Written extreme(const Written& value) {
        const bool has_order = is_number(value.type.id) || is_timestamp(value.type.id) ||
                               value.type.id == TypeId::date || value.type.id == TypeId::varchar ||
                               value.type.id == TypeId::boolean;
        if (!has_order) refuse(fmt::format("{} of {} has no equal in Flink", name_, to_sql(value.type)));
        if (is_floating(value.type.id)) warn_of_floating();
        return {call_text(name_ == "min" ? "MIN" : "MAX", value.text), value.type};
    }

    /// As a DECIMAL that the sum of all of them fits into.
    Written exact_sum(const Written& value) {
        // HUGEINT is what sums are of already.
        if (value.type.id != TypeId::hugeint && digits_of(value.type) > most_summed_digits)
            refuse(fmt::format("a sum of {} may need more digits than Flink has", to_sql(value.type)),
                   "cast the values to a DECIMAL of up to 28 digits, or to BIGINT or DOUBLE");
        const ColumnType wide = decimal_type(38, scale_of(value.type));
        const std::string argument = fmt::format("CAST({} AS {})", value.text, *type_text(wide));
        return {call_text("SUM", argument), is_whole(value.type.id) ? ColumnType(TypeId::hugeint) : wide};
    }

    Written sum(const Written& value) {
        if (!is_floating(value.type.id)) return exact_sum(value);
        warn_of_floating();
        return {call_text("SUM", fmt::format("CAST({} AS DOUBLE)", value.text)), TypeId::float64};
    }

    Written average(const Written& value) {
        if (is_floating(value.type.id)) {
            warn_of_floating();
            return {call_text("AVG", fmt::format("CAST({} AS DOUBLE)", value.text)), TypeId::float64};
        }
        // AVG of whole numbers is a whole number there.
        const Written sum = exact_sum(value);
        return {fmt::format("(CAST({} AS DOUBLE) / CAST({} AS DOUBLE))", sum.text, call_text("COUNT", value.text)),
                TypeId::float64};
    }

    Written percentile() {
        if (!use_.over.empty() || !use_.rows_are_complete)
            refuse(fmt::format("{} of rows that change, or over frames, has no equal in Flink", name_),
                   "group by a window");
        const bool is_median = name_ == "median";
        const ast::Expression* values = nullptr;
        std::string fraction = "0.5";
        if (is_median || name_ == "quantile_cont") {
            if (call_.arguments.size() != (is_median ? 1U : 2U))
                refuse(fmt::format("this form of {} has no equal in Flink", name_));
            values = &call_.arguments[0].value;
            if (!is_median) fraction = fraction_of(call_.arguments[1].value);
        } else {
            const bool is_plain = call_.within_group.size() == 1 && call_.arguments.size() == 1 &&
                                  call_.within_group[0].direction != ast::OrderItem::Direction::descending;
            if (!is_plain)
                refuse("this form of percentile_cont has no equal in Flink",
                       "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)");
            values = &call_.within_group[0].value;
            fraction = fraction_of(call_.arguments[0].value);
        }
        const Written value = writer_.write(*values);
        // Of DECIMAL the engine interpolates, and rounds, within DECIMAL.
        if (!is_whole(value.type.id) && !is_floating(value.type.id))
            refuse(fmt::format("{} of {} has no equal in Flink", name_, to_sql(value.type)),
                   "cast the values AS DOUBLE");
        return {call_text("PERCENTILE", fmt::format("CAST({} AS DOUBLE), CAST({} AS DOUBLE)", value.text, fraction)),
                TypeId::float64};
    }

    [[nodiscard]] std::string fraction_of(const ast::Expression& expression) const {
        const auto* literal = std::get_if<ast::Literal>(&without_parentheses(expression).node);
        const bool is_number =
            literal && (literal->kind == ast::LiteralKind::decimal || literal->kind == ast::LiteralKind::integer);
        if (!is_number) refuse(fmt::format("the fraction of {} has to be a literal number", name_));
        return literal->text;
    }

    void warn_of_floating() const {
        const bool adds = name_ != "min" && name_ != "max";
        writer_.findings().warn(
            whole_.span,
            adds ? "sums of floating-point numbers are exact here; in Flink their last digits depend on the "
                   "order of rows"
                 : "NaN is larger than all numbers here, and none of them in Flink",
            adds ? "cast to DECIMAL for sums that are the same everywhere"
                 : "nothing has to be done where there are no NaN");
    }

    ExpressionWriter& writer_;
    const ast::FunctionCall& call_;
    const ast::Expression& whole_;
    const AggregateUse& use_;
    std::string name_;
};

}  // namespace

const std::vector<Aggregate>& aggregates() {
    static const std::vector<Aggregate> all{
        {"avg", "avg(i)", "SUM and COUNT, as DOUBLE; of floating-point numbers AVG"},
        {"count", "count(DISTINCT s)", "COUNT"},
        {"count_if", "count_if(b)", "COUNT of a CASE"},
        {"count_star", "count(*)", "COUNT(*)"},
        {"countif", "countif(b)", "COUNT of a CASE"},
        {"max", "max(ts)", "MAX"},
        {"mean", "mean(i)", "as avg"},
        {"median", "median(d)", "PERCENTILE, within windows"},
        {"min", "min(s)", "MIN"},
        {"percentile_cont", "percentile_cont(0.9) WITHIN GROUP (ORDER BY d)", "PERCENTILE, within windows"},
        {"quantile_cont", "quantile_cont(d, 0.9)", "PERCENTILE, within windows"},
        {"sum", "sum(i)", "SUM, over DECIMAL(38, s) for exact numbers"},
    };
    return all;
}

bool is_aggregate(std::string_view name) {
    return std::any_of(aggregates().begin(), aggregates().end(),
                       [&](const Aggregate& each) { return each.name == name; });
}

Written write_aggregate(ExpressionWriter& writer, const ast::FunctionCall& call, const ast::Expression& whole,
                        const AggregateUse& use) {
    return AggregateWriter(writer, call, whole, use).write();
}

}  // namespace laminar::flink
