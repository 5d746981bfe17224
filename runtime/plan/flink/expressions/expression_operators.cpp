#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/expressions.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/patterns.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

using ast::OperatorKind;

const char* sign_of(OperatorKind kind) {
    switch (kind) {
        case OperatorKind::equal:
            return "=";
        case OperatorKind::not_equal:
            return "<>";
        case OperatorKind::less:
            return "<";
        case OperatorKind::less_equal:
            return "<=";
        case OperatorKind::greater:
            return ">";
        case OperatorKind::greater_equal:
            return ">=";
        case OperatorKind::add:
            return "+";
        case OperatorKind::subtract:
            return "-";
        case OperatorKind::multiply:
            return "*";
        default:
            return "/";
    }
}

bool is_text_type(TypeId type) { return type == TypeId::varchar || type == TypeId::json; }

/// The operands of a AND b AND c, in their order, without going down the chain.
std::vector<const ast::Expression*> operands_of(const ast::Expression& whole, OperatorKind kind) {
    std::vector<const ast::Expression*> operands;
    std::vector<const ast::Expression*> waiting{&whole};
    while (!waiting.empty()) {
        const ast::Expression& each = without_parentheses(*waiting.back());
        waiting.pop_back();
        const auto* binary = std::get_if<ast::Binary>(&each.node);
        if (binary && binary->op.is(kind)) {
            waiting.push_back(&*binary->right);
            waiting.push_back(&*binary->left);
        } else {
            operands.push_back(&each);
        }
    }
    return operands;
}

}  // namespace

Written ExpressionWriter::write_connected(const ast::Expression& whole, OperatorKind kind) {
    std::vector<std::string> parts;
    for (const ast::Expression* operand : operands_of(whole, kind)) {
        if (kind == OperatorKind::concatenate) {
            const TypeId type = type_of(*operand).id;
            if (type == TypeId::list)
                findings_.refuse(operand->span, "|| of lists has no equal in Flink", "let a pipeline compute it");
            parts.push_back(cast(write(*operand), TypeId::varchar, CastStyle::strict, operand->span, findings_).text);
        } else {
            parts.push_back(write_condition(*operand));
        }
    }
    const char* sign = kind == OperatorKind::conjunction   ? " AND "
                       : kind == OperatorKind::disjunction ? " OR "
                                                           : " || ";
    return {fmt::format("({})", fmt::join(parts, sign)),
            kind == OperatorKind::concatenate ? TypeId::varchar : TypeId::boolean};
}

Written ExpressionWriter::write_node(const ast::Unary& unary, const ast::Expression& whole) {
    if (unary.op.is(OperatorKind::negation))
        return {fmt::format("(NOT {})", write_condition(*unary.operand)), TypeId::boolean};
    if (unary.op.text() == "+") return write(*unary.operand);
    if (unary.op.text() != "-") refuse_node(whole);
    const auto* literal = std::get_if<ast::Literal>(&without_parentheses(*unary.operand).node);
    Written operand = write(*unary.operand);
    if (is_whole(operand.type.id) && !literal) {
        // The smallest number has no opposite.
        return checked_whole({fmt::format("(- CAST({} AS DECIMAL(38, 0)))", operand.text), TypeId::hugeint},
                             operand.type, CastStyle::strict);
    }
    if (!is_number(operand.type.id)) refuse_node(whole);
    return {fmt::format("(- {})", operand.text), operand.type, operand.is_nullable};
}

Written ExpressionWriter::write_node(const ast::Binary& binary, const ast::Expression& whole) {
    switch (const OperatorKind kind = binary.op.kind()) {
        case OperatorKind::conjunction:
        case OperatorKind::disjunction:
        case OperatorKind::concatenate:
            return write_connected(whole, kind);
        case OperatorKind::equal:
        case OperatorKind::not_equal:
        case OperatorKind::less:
        case OperatorKind::less_equal:
        case OperatorKind::greater:
        case OperatorKind::greater_equal: {
            const auto [left, right] = comparable(*binary.left, *binary.right);
            return {fmt::format("({} {} {})", left.text, sign_of(kind), right.text), TypeId::boolean};
        }
        case OperatorKind::json_text:
            return write_json_text(whole);
        case OperatorKind::add:
        case OperatorKind::subtract:
        case OperatorKind::multiply:
        case OperatorKind::divide:
        case OperatorKind::divide_whole:
        case OperatorKind::remainder:
            return write_arithmetic(binary, whole);
        default:
            findings_.refuse(whole.span, fmt::format("the operator {} has no equal in Flink", binary.op.text()),
                             "let a pipeline in Laminar compute it");
    }
}

std::pair<Written, Written> ExpressionWriter::comparable(const ast::Expression& left, const ast::Expression& right) {
    const TypeId left_type = type_of(left).id;
    const TypeId right_type = type_of(right).id;
    const auto is_time_type = [](TypeId type) { return is_timestamp(type) || type == TypeId::date; };
    // A literal is taken as what it is compared with.
    if (is_time_type(left_type) && literal_text(right)) return {write(left), write_as(right, left_type)};
    if (is_time_type(right_type) && literal_text(left)) return {write_as(left, right_type), write(right)};
    Written one = write(left);
    Written other = write(right);
    const TypeId first = one.type.id;
    const TypeId second = other.type.id;
    const auto refuse = [&] {
        findings_.refuse(
            left.span, fmt::format("{} and {} are not compared in Flink as here", to_sql(one.type), to_sql(other.type)),
            "cast one of them");
    };
    if (first == TypeId::unknown || second == TypeId::unknown) {
        const ColumnType known = first == TypeId::unknown ? other.type : one.type;
        if (known.id == TypeId::unknown) refuse();
        return {widened(std::move(one), known, left.span, findings_),
                widened(std::move(other), known, right.span, findings_)};
    }
    if (is_number(first) && is_number(second)) {
        if (is_floating(first) || is_floating(second)) {
            one = cast(std::move(one), TypeId::float64, CastStyle::strict, left.span, findings_);
            other = cast(std::move(other), TypeId::float64, CastStyle::strict, right.span, findings_);
        } else if (first == TypeId::decimal || second == TypeId::decimal) {
            const auto as_decimal = [&](Written value, SourceSpan span) {
                if (value.type.id == TypeId::decimal) return value;
                return widened(std::move(value), decimal_type(digits_of(value.type), 0), span, findings_);
            };
            one = as_decimal(std::move(one), left.span);
            other = as_decimal(std::move(other), right.span);
        }
        return {std::move(one), std::move(other)};
    }
    if (is_timestamp(first) && second == TypeId::date)
        return {std::move(one), cast(std::move(other), TypeId::timestamp_ms, CastStyle::strict, right.span, findings_)};
    if (first == TypeId::date && is_timestamp(second))
        return {cast(std::move(one), TypeId::timestamp_ms, CastStyle::strict, left.span, findings_), std::move(other)};
    const bool is_alike = (is_text_type(first) && is_text_type(second)) ||
                          (is_timestamp(first) && is_timestamp(second)) ||
                          (first == second && (first == TypeId::boolean || first == TypeId::date));
    if (!is_alike) refuse();
    return {std::move(one), std::move(other)};
}

Written ExpressionWriter::write_arithmetic(const ast::Binary& binary, const ast::Expression& whole) {
    const ColumnType type = type_of(whole);
    const OperatorKind kind = binary.op.kind();
    if (is_timestamp(type.id)) return time_arithmetic(binary, whole);
    if (type.id == TypeId::interval)
        findings_.refuse(whole.span, "Flink has no column for an INTERVAL", "date_diff('second', a, b) counts seconds");
    if (!is_number(type.id)) refuse_node(whole);
    Written left = write(*binary.left);
    Written right = write(*binary.right);
    if (is_floating(type.id)) {
        left = cast(std::move(left), TypeId::float64, CastStyle::strict, binary.left->span, findings_);
        right = cast(std::move(right), TypeId::float64, CastStyle::strict, binary.right->span, findings_);
        if (kind == OperatorKind::divide_whole || kind == OperatorKind::remainder) refuse_node(whole);
        // Dividing by zero is NULL here. Of a constant zero Flink's NULLIF fails.
        const auto constant = constant_number(without_parentheses(*binary.right));
        if (kind == OperatorKind::divide && constant == 0) return {"CAST(NULL AS DOUBLE)", TypeId::float64};
        if (kind == OperatorKind::divide && !constant)
            right.text = fmt::format("NULLIF({}, CAST(0 AS DOUBLE))", right.text);
        return {fmt::format("({} {} {})", left.text, sign_of(kind), right.text), TypeId::float64};
    }
    if (type.id == TypeId::decimal) return decimal_arithmetic(kind, std::move(left), std::move(right), type, whole);
    return whole_arithmetic(kind, std::move(left), std::move(right), type, binary, whole);
}

Written ExpressionWriter::whole_arithmetic(OperatorKind kind, Written left, Written right, const ColumnType& type,
                                           const ast::Binary& binary, const ast::Expression& whole) {
    const auto no_huge = [&](Written value, const ast::Expression& of) {
        if (!is_whole(value.type.id)) refuse_node(of);
        return value.type.id == TypeId::hugeint ? checked_whole(std::move(value), TypeId::bigint, CastStyle::strict)
                                                : std::move(value);
    };
    left = no_huge(std::move(left), *binary.left);
    right = no_huge(std::move(right), *binary.right);
    if (kind == OperatorKind::divide_whole || kind == OperatorKind::remainder)
        return whole_division(kind, std::move(left), std::move(right), type, binary);
    // Where no result can be too large for it: Flink's own type wraps.
    const bool is_small = digits_of(type) <= digits_of(TypeId::integer);
    const ColumnType wide = is_small ? ColumnType(TypeId::bigint) : decimal_type(digits_of(TypeId::bigint), 0);
    left = widened(std::move(left), wide, whole.span, findings_);
    right = widened(std::move(right), wide, whole.span, findings_);
    return checked_whole({fmt::format("({} {} {})", left.text, sign_of(kind), right.text), TypeId::hugeint}, type,
                         CastStyle::strict);
}

/// NULL for a divisor of zero; what the smallest number divided by -1 comes to is too large.
Written ExpressionWriter::whole_division(OperatorKind kind, Written left, Written right, const ColumnType& type,
                                         const ast::Binary& binary) {
    const ColumnType working(TypeId::bigint);
    left = widened(std::move(left), working, binary.left->span, findings_);
    right = widened(std::move(right), working, binary.right->span, findings_);
    const auto constant = constant_number(without_parentheses(*binary.right));
    if (constant == 0) return widened({"NULL", TypeId::unknown}, working, binary.op_span, findings_);
    const std::string divisor = constant ? right.text : fmt::format("NULLIF({}, CAST(0 AS BIGINT))", right.text);
    if (kind == OperatorKind::remainder) {
        const Written rest{fmt::format("MOD({}, {})", left.text, divisor), working};
        // Smaller than its divisor, or than what is divided.
        return type.id == TypeId::hugeint ? rest : widened(rest, type, binary.op_span, findings_);
    }
    std::string quotient = fmt::format("({} / {})", left.text, divisor);
    if (!constant) {
        const std::string opposite =
            fmt::format("CAST(CAST((- CAST({} AS DECIMAL(38, 0))) AS STRING) AS BIGINT)", left.text);
        quotient =
            fmt::format("(CASE WHEN {} = CAST(-1 AS BIGINT) THEN {} ELSE {} END)", right.text, opposite, quotient);
    }
    if (type.id == TypeId::hugeint || type.id == TypeId::bigint) return {quotient, working};
    return checked_whole({quotient, working}, type, CastStyle::strict);
}

Written ExpressionWriter::decimal_arithmetic(OperatorKind kind, Written left, Written right, const ColumnType& type,
                                             const ast::Expression& whole) {
    const auto as_decimal = [&](Written value) {
        if (value.type.id == TypeId::decimal) return value;
        if (!is_whole(value.type.id)) refuse_node(whole);
        return widened(std::move(value), decimal_type(digits_of(value.type), 0), whole.span, findings_);
    };
    left = as_decimal(std::move(left));
    right = as_decimal(std::move(right));
    const int left_scale = scale_of(left.type);
    const int right_scale = scale_of(right.type);
    int scale = std::max(left_scale, right_scale);
    int width = std::max(left.type.width - left_scale, right.type.width - right_scale) + scale + 1;
    if (kind == OperatorKind::multiply) {
        scale = left_scale + right_scale;
        width = left.type.width + right.type.width + 1;
    } else if (kind != OperatorKind::add && kind != OperatorKind::subtract) {
        findings_.refuse(
            whole.span,
            fmt::format("{} of DECIMAL has no equal in Flink", kind == OperatorKind::remainder ? "%" : "//"),
            "cast both sides to BIGINT or DOUBLE");
    }
    if (width > 38 || scale != scale_of(type))
        findings_.refuse(whole.span, fmt::format("the result may have {} digits, and Flink keeps 38 and rounds", width),
                         "cast one side to a DECIMAL with fewer digits, or to DOUBLE");
    return {fmt::format("({} {} {})", left.text, sign_of(kind), right.text), decimal_type(width, scale)};
}

Written ExpressionWriter::time_arithmetic(const ast::Binary& binary, const ast::Expression& whole) {
    const bool is_left = is_timestamp(type_of(*binary.left).id);
    const ast::Expression& time = is_left ? *binary.left : *binary.right;
    const ast::Expression& interval = is_left ? *binary.right : *binary.left;
    bool is_negative = false;
    const auto length = contains_column(interval) ? std::nullopt : write_interval(interval, is_negative);
    if (!length || !is_timestamp(type_of(time).id))
        findings_.refuse(interval.span.empty() ? whole.span : interval.span,
                         "Flink adds intervals of whole milliseconds to a time, which are constants without months",
                         "write INTERVAL '10 seconds'");
    const bool adds = binary.op.is(OperatorKind::add) != is_negative;
    Written written = write(time);
    if (written.type.id == TypeId::timestamp_s)
        written = widened(std::move(written), TypeId::timestamp_ms, whole.span, findings_);
    return {fmt::format("({} {} {})", written.text, adds ? "+" : "-", *length), written.type, written.is_nullable};
}

Written ExpressionWriter::write_json_text(const ast::Expression& whole) {
    std::vector<JsonStep> steps;
    const ast::Expression* at = &whole;
    while (true) {
        const auto* binary = std::get_if<ast::Binary>(&without_parentheses(*at).node);
        const bool is_step =
            binary && (binary->op.is(OperatorKind::json_text) || binary->op.is(OperatorKind::json_value));
        if (!is_step) break;
        // Behind ->> there is a text, and no document any more.
        if (at != &whole && binary->op.is(OperatorKind::json_text)) break;
        std::optional<std::vector<JsonStep>> own;
        if (const auto path = literal_text(*binary->right)) {
            own = json_steps(*path);
        } else if (const auto index = constant_number(without_parentheses(*binary->right))) {
            own = std::vector<JsonStep>{{std::to_string(*index), true}};
        }
        if (!own)
            findings_.refuse(binary->right->span, "Flink takes literal paths of names and places alone",
                             "write payload ->> '$.name.other[0]'");
        steps.insert(steps.begin(), own->begin(), own->end());
        at = &*binary->left;
    }
    Written document = write(*at);
    if (document.type.id != TypeId::json) refuse_node(whole);
    if (!reads_numbers_)
        findings_.warn(whole.span,
                       "numbers, lists and objects within JSON may be spelled otherwise as a text (1.50, 1e5)",
                       "cast numbers: CAST(payload ->> '$.price' AS DOUBLE)");
    const std::string path = quoted_text(json_path(steps));
    return {fmt::format("COALESCE(JSON_VALUE({0}, {1}), JSON_QUERY({0}, {1}))", document.text, path), TypeId::varchar};
}

}  // namespace laminar::flink
