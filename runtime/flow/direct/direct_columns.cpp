#include "runtime/flow/direct/direct_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "runtime/flow/direct/direct_conversion.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

/// The type that a cast names; nullopt where it is none.
std::optional<ColumnType> named_type(const ast::TypeName& name) {
    Diagnostics findings(nullptr);
    return bind_type(name, findings);
}

}  // namespace

std::optional<std::size_t> DirectColumns::find(const ast::Expression& expression) {
    const ast::Expression& bare = without_parentheses(expression);
    if (const auto* cast = std::get_if<ast::Cast>(&bare.node)) {
        const auto column = find(*cast->operand);
        if (!column) return std::nullopt;
        const auto named = named_type(cast->type);
        if (!named) return std::nullopt;
        return *named == types_[*column] ? column : convert(*column, *named);
    }
    const auto* reference = std::get_if<ast::ColumnReference>(&bare.node);
    if (!reference || reference->parts.empty() || reference->parts.size() > 2) return std::nullopt;
    if (reference->parts.size() == 2 && !equals_ignoring_case(reference->parts.front().text, alias_))
        return std::nullopt;
    return find(reference->parts.back().text);
}

std::optional<std::size_t> DirectColumns::find(const std::string& name) {
    const auto same = [&](const auto& column) { return equals_ignoring_case(column.name, name); };
    const auto shown = std::find_if(shown_.begin(), shown_.end(), same);
    if (shown == shown_.end() || !shown->is_of_slot || std::find_if(shown + 1, shown_.end(), same) != shown_.end())
        return std::nullopt;
    const auto held = std::find_if(held_.begin(), held_.end(), same);
    if (held == held_.end() || std::find_if(held + 1, held_.end(), same) != held_.end()) return std::nullopt;
    const auto position = static_cast<std::size_t>(held - held_.begin());
    for (std::size_t number = 0; number < positions_.size(); ++number) {
        if (positions_[number] == position && types_[number] == held->type) return number;
    }
    positions_.push_back(position);
    types_.push_back(held->type);
    return positions_.size() - 1;
}

std::optional<std::size_t> DirectColumns::convert(std::size_t column, const ColumnType& type) {
    if (!is_sure_conversion(types_[column], type)) return std::nullopt;
    for (const Conversion& known : conversions_) {
        if (known.source == column && known.type == type) return known.column;
    }
    positions_.push_back(positions_[column]);
    types_.push_back(type);
    conversions_.push_back({positions_.size() - 1, column, type});
    return conversions_.back().column;
}

std::optional<std::vector<std::size_t>> DirectColumns::all() {
    std::vector<std::size_t> numbers;
    for (const ShownColumn& column : shown_) {
        const auto number = find(column.name);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    return numbers;
}

std::optional<ColumnVector> DirectColumns::constant(const ast::Expression& expression, const std::string& type) const {
    try {
        ResultTable value = engine_.prepare(fmt::format("SELECT CAST({} AS {})", text_of(expression), type))->execute();
        if (value.rows != 1 || !value.values.front().is_valid(0)) return std::nullopt;
        return std::move(value.values.front());
    } catch (const EngineException&) {
        return std::nullopt;  // The statement tells of it, if it is ever asked for.
    }
}

}  // namespace laminar
