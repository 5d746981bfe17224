#include "runtime/plan/expressions/shown_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/written_query.h"

namespace laminar {

namespace {

constexpr const char* prefix_of_our_own = "__";
constexpr std::size_t longest_name = 100;

}  // namespace

std::string shown_name(const ast::Expression& expression) {
    ast::Expression shown = without_parentheses(expression);
    show_as_written(shown);
    if (const auto* reference = std::get_if<ast::ColumnReference>(&shown.node)) return reference->parts.back().text;
    return text_of(shown);
}

void ShownNames::take(const std::string& name) { taken_.insert(fold_case(name)); }

std::string ShownNames::add(const std::string& wanted) {
    const bool is_good = !wanted.empty() && wanted.size() <= longest_name && !wanted.starts_with(prefix_of_our_own) &&
                         wanted.find('"') == std::string::npos;
    const std::string base = is_good ? wanted : "value";
    std::string name = base;
    for (std::size_t copy = 2; !taken_.insert(fold_case(name)).second; ++copy)
        name = fmt::format("{} ({})", base, copy);
    return name;
}

}  // namespace laminar
