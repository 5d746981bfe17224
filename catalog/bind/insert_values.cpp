#include "catalog/bind/insert_values.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "catalog/bind/exact_decimals.h"
#include "parser/ast/spans.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

const ast::Expression& without_parentheses(const ast::Expression& expression) {
    const auto* inner = std::get_if<ast::Parenthesized>(&expression.node);
    return inner != nullptr ? without_parentheses(*inner->inner) : expression;
}

const ast::Literal* as_literal(const ast::Expression& expression) {
    return std::get_if<ast::Literal>(&without_parentheses(expression).node);
}

bool is_null(const ast::Expression& expression) {
    const ast::Literal* literal = as_literal(expression);
    return literal != nullptr && literal->kind == ast::LiteralKind::null;
}

bool is_default(const ast::Expression& expression) {
    const auto* reference = std::get_if<ast::ColumnReference>(&expression.node);
    return reference != nullptr && reference->parts.size() == 1 && !reference->parts.front().quoted &&
           equals_ignoring_case(reference->parts.front().text, "default");
}

/// column: null where that is not known.
ast::Expression default_of(const ColumnObject* column, SourceSpan span) {
    if (column == nullptr || !column->default_value) return {span, ast::Literal{}};
    // Its text stands in the statement that made the table.
    ast::Expression value = *column->default_value;
    ast::SpanOverwriter{span}(value);
    return value;
}

bool has_union(const ColumnType& type) {
    return type.id == TypeId::union_ ||
           std::any_of(type.fields.begin(), type.fields.end(), [](const auto& field) { return has_union(field.type); });
}

/// A value as it is written: with parts, without, or such that both are possible.
enum class Parts : std::uint8_t { has, has_none, any };

Parts parts_of(const ast::Expression& value) {
    const ast::Expression& inner = without_parentheses(value);
    if (std::holds_alternative<ast::ListLiteral>(inner.node) || std::holds_alternative<ast::MapLiteral>(inner.node) ||
        std::holds_alternative<ast::StructLiteral>(inner.node))
        return Parts::has;
    const auto* literal = std::get_if<ast::Literal>(&inner.node);
    const bool may_be_text_of_parts =
        literal == nullptr || literal->kind == ast::LiteralKind::null || literal->kind == ast::LiteralKind::string;
    return may_be_text_of_parts ? Parts::any : Parts::has_none;
}

/// Whether every value may be cast to the type. Those that cannot are left to the check of the query, which says it of
/// the columns by name.
bool may_be_cast(const std::vector<std::vector<ast::Expression>>& rows, std::size_t column, const ColumnType& type) {
    if (type.id == TypeId::unknown || has_union(type)) return false;
    const bool takes_any = type.id == TypeId::varchar || type.id == TypeId::json;
    const Parts wrong = type.is_nested() ? Parts::has_none : Parts::has;
    return takes_any ||
           std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return parts_of(row[column]) == wrong; });
}

/// Whether all rows have literals of one kind: then that is the type of the column.
bool is_uniform(const std::vector<std::vector<ast::Expression>>& rows, std::size_t column) {
    const ast::Literal* first = nullptr;
    for (const auto& row : rows) {
        const ast::Literal* literal = as_literal(row[column]);
        if (literal == nullptr) return false;
        if (literal->kind == ast::LiteralKind::null) continue;
        if (first != nullptr && literal->kind != first->kind) return false;
        first = literal;
    }
    // Of decimals each has digits of its own.
    return first == nullptr || first->kind != ast::LiteralKind::decimal;
}

void cast_rows(std::vector<std::vector<ast::Expression>>& rows, std::size_t column, const InsertTarget& target) {
    ast::TypeName type = *target.written_type;
    write_digits(type, target.column->type);
    for (auto& row : rows) {
        ast::Cast cast;
        const SourceSpan span = row[column].span;
        cast.operand = std::move(row[column]);
        cast.type = type;
        row[column] = {span, std::move(cast)};
    }
}

bool is_null_in(const ast::QueryBody& body, std::size_t column, std::size_t count) {
    if (const auto* select = std::get_if<ast::Select>(&body.node))
        // With a star, items and columns do not correspond.
        return select->items.size() == count && is_null(select->items[column].value);
    if (const auto* values = std::get_if<ast::Values>(&body.node))
        return std::all_of(values->rows.begin(), values->rows.end(),
                           [&](const auto& row) { return row.size() == count && is_null(row[column]); });
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node))
        return !operation->by_name && is_null_in(*operation->left, column, count) &&
               is_null_in(*operation->right, column, count);
    const auto* nested = std::get_if<ast::NestedQuery>(&body.node);
    return nested != nullptr && is_written_null(*nested->query, column, count);
}

}  // namespace

ast::Query values_for_columns(const ast::Query& query, const std::vector<InsertTarget>& targets) {
    ast::Query meant = query;
    auto* values = std::get_if<ast::Values>(&meant.body.node);
    if (values == nullptr) return meant;
    bool fits = true;
    for (auto& row : values->rows) {
        fits = fits && row.size() == targets.size();
        for (std::size_t column = 0; column < row.size(); ++column) {
            const ColumnObject* target = column < targets.size() ? targets[column].column : nullptr;
            if (is_default(row[column])) row[column] = default_of(target, row[column].span);
        }
    }
    if (!fits) return meant;
    for (std::size_t column = 0; column < targets.size(); ++column) {
        const bool is_written = targets[column].written_type != nullptr;
        if (values->rows.size() > 1 && is_written && !is_uniform(values->rows, column) &&
            may_be_cast(values->rows, column, targets[column].column->type))
            cast_rows(values->rows, column, targets[column]);
    }
    return meant;
}

bool is_written_null(const ast::Query& query, std::size_t column, std::size_t count) {
    return is_null_in(query.body, column, count);
}

}  // namespace laminar
