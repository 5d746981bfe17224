// Values that are written out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/expressions.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The next count digits of a text.
bool take_digits(std::string_view& text, std::size_t count, std::string& digits) {
    if (text.size() < count || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit))
        return false;
    digits += text.substr(0, count);
    text.remove_prefix(count);
    return true;
}

bool take(std::string_view& text, std::string_view characters, char written, std::string& digits) {
    if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
    digits += written;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<std::string> literal_text(const ast::Expression& expression) {
    const auto* literal = std::get_if<ast::Literal>(&without_parentheses(expression).node);
    if (!literal || literal->kind != ast::LiteralKind::string) return std::nullopt;
    return literal->text;
}

std::optional<Written> time_literal(std::string_view text, const ColumnType& type) {
    std::string value;
    if (!take_digits(text, 4, value) || !take(text, "-", '-', value) || !take_digits(text, 2, value) ||
        !take(text, "-", '-', value) || !take_digits(text, 2, value))
        return std::nullopt;
    if (type.id == TypeId::date)
        return text.empty() ? std::optional(Written{"DATE " + quoted_text(value), TypeId::date, false}) : std::nullopt;
    if (!is_timestamp(type.id)) return std::nullopt;
    std::size_t fraction = 0;
    if (text.empty()) {
        value += " 00:00:00";
    } else {
        if (!take(text, " T", ' ', value) || !take_digits(text, 2, value) || !take(text, ":", ':', value) ||
            !take_digits(text, 2, value))
            return std::nullopt;
        if (!take(text, ":", ':', value)) {
            value += ":00";
        } else if (!take_digits(text, 2, value)) {
            return std::nullopt;
        }
        if (take(text, ".", '.', value)) {
            while (!text.empty() && take_digits(text, 1, value)) ++fraction;
            if (fraction == 0 || fraction > 6) return std::nullopt;
        }
        if (!text.empty() && text != "Z") return std::nullopt;
    }
    const ColumnType precise = fraction > 3 ? TypeId::timestamp : TypeId::timestamp_ms;
    return Written{fmt::format("CAST(TIMESTAMP {} AS {})", quoted_text(value), *type_text(precise)), precise, false};
}

Written ExpressionWriter::write_node(const ast::Literal& literal, const ast::Expression& whole) {
    switch (literal.kind) {
        case ast::LiteralKind::null:
            return {"NULL", TypeId::unknown};
        case ast::LiteralKind::boolean:
            return {equals_ignoring_case(literal.text, "true") ? "TRUE" : "FALSE", TypeId::boolean, false};
        case ast::LiteralKind::string:
            return {fmt::format("CAST({} AS STRING)", quoted_text(literal.text)), TypeId::varchar, false};
        case ast::LiteralKind::integer:
        case ast::LiteralKind::decimal: {
            const ColumnType type = type_of(whole);
            const bool is_plain =
                std::all_of(literal.text.begin(), literal.text.end(), [](char c) { return is_digit(c) || c == '.'; });
            if (!is_plain || !type_text(type)) break;
            return {fmt::format("CAST({} AS {})", literal.text, *type_text(type)), type, false};
        }
        case ast::LiteralKind::real:
            return {fmt::format("CAST({} AS DOUBLE)", quoted_text(literal.text)), TypeId::float64, false};
        case ast::LiteralKind::blob:
            break;
    }
    findings_.refuse(whole.span, "Flink has no literal for this value");
}

Written ExpressionWriter::write_node(const ast::TypedLiteral& literal, const ast::Expression& whole) {
    if (auto written = time_literal(literal.text, type_of(whole))) return std::move(*written);
    findings_.refuse(whole.span, "Flink reads this literal otherwise, or not at all",
                     "write DATE '2024-01-31' or TIMESTAMP '2024-01-31 12:00:00.123'");
}

Written ExpressionWriter::write_node(const ast::ListLiteral& list, const ast::Expression& whole) {
    const ColumnType type = type_of(whole);
    if (list.elements.empty() || type.id != TypeId::list || !type_text(type)) refuse_node(whole);
    std::vector<std::string> elements;
    for (const ast::Expression& element : list.elements)
        elements.push_back(write_as(element, type.fields.at(0).type).text);
    return {fmt::format("CAST(ARRAY[{}] AS {})", fmt::join(elements, ", "), *type_text(type)), type};
}

Written ExpressionWriter::write_node(const ast::StructLiteral& structure, const ast::Expression& whole) {
    const ColumnType type = type_of(whole);
    if (type.id != TypeId::structure || !type_text(type) || type.fields.size() != structure.entries.size())
        refuse_node(whole);
    std::vector<std::string> values;
    for (std::size_t index = 0; index < structure.entries.size(); ++index)
        values.push_back(write_as(structure.entries[index].value, type.fields[index].type).text);
    return {fmt::format("CAST(ROW({}) AS {})", fmt::join(values, ", "), *type_text(type)), type};
}

}  // namespace laminar::flink
