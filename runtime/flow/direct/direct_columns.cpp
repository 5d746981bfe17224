#include "runtime/flow/direct/direct_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
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
        return named && *named == types_[*column] ? column : std::nullopt;
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
    const auto known = std::find(positions_.begin(), positions_.end(), position);
    if (known != positions_.end()) return static_cast<std::size_t>(known - positions_.begin());
    positions_.push_back(position);
    types_.push_back(held->type);
    return positions_.size() - 1;
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
