#include "catalog/query/function_expansion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// Beyond this nothing is told apart; sums and products of two such numbers do not overflow.
constexpr std::uint64_t beyond_measure = std::uint64_t{1} << 31;

std::uint64_t bounded(std::uint64_t number) { return std::min(number, beyond_measure); }

/// Of an expression or query, nested ones included.
struct Size {
    std::uint64_t written = 0;
    std::uint64_t expanded = 0;
    std::vector<std::uint64_t> uses;  ///< Of each parameter, expanded.
};

class SizeWalk {
public:
    SizeWalk(const Catalog& catalog, const std::vector<std::string>& parameters)
        : catalog_(catalog), parameters_(parameters) {}

    [[nodiscard]] Size of(const ast::Expression& expression) const {
        Size size = nothing();
        size.written = size.expanded = 1;
        if (const auto* reference = std::get_if<ast::ColumnReference>(&expression.node)) {
            for (std::size_t index = 0; index < parameters_.size(); ++index) {
                if (reference->parts.size() == 1 &&
                    equals_ignoring_case(reference->parts.front().text, parameters_[index]))
                    size.uses[index] = 1;
            }
            return size;
        }
        const FunctionObject* function = declared_function(expression);
        std::size_t argument = 0;
        ast::for_each_child_of_expression(
            expression,
            [&](const ast::Expression& child) {
                // Arguments come first among the children of a call.
                const bool counted = function != nullptr && argument < function->parameter_uses.size();
                add(size, of(child), counted ? function->parameter_uses[argument] : 1);
                ++argument;
            },
            [&](const ast::Query& query) { add(size, of(query), 1); });
        if (function != nullptr) size.expanded = bounded(size.expanded + function->expanded_size);
        return size;
    }

    [[nodiscard]] Size of(const ast::Query& query) const {
        Size size = nothing();
        ast::for_each_child_of_query(
            query, [&](const ast::Expression& child) { add(size, of(child), 1); },
            [&](const ast::Query& nested) { add(size, of(nested), 1); },
            [&](const ast::TableReference& table) { add(size, of(table), 1); });
        return size;
    }

private:
    [[nodiscard]] Size of(const ast::TableReference& table) const {
        Size size = nothing();
        ast::for_each_child_of_table(
            table, [&](const ast::Expression& child) { add(size, of(child), 1); },
            [&](const ast::Query& nested) { add(size, of(nested), 1); },
            [&](const ast::TableReference& inner) { add(size, of(inner), 1); });
        return size;
    }

    [[nodiscard]] Size nothing() const {
        Size size;
        size.uses.resize(parameters_.size());
        return size;
    }

    [[nodiscard]] const FunctionObject* declared_function(const ast::Expression& expression) const {
        const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
        return call == nullptr ? nullptr : catalog_.find_function(call->name.parts.back().text);
    }

    static void add(Size& total, const Size& part, std::uint64_t times) {
        total.written = bounded(total.written + part.written);
        total.expanded = bounded(total.expanded + times * part.expanded);
        for (std::size_t index = 0; index < total.uses.size(); ++index)
            total.uses[index] = bounded(total.uses[index] + times * part.uses[index]);
    }

    const Catalog& catalog_;
    const std::vector<std::string>& parameters_;
};

template <class Root>
std::uint64_t gained(const Root& root, const Catalog& catalog) {
    const Size size = SizeWalk(catalog, {}).of(root);
    return size.expanded - std::min(size.expanded, size.written);
}

}  // namespace

void measure_expansion(FunctionObject& function, const Catalog& catalog) {
    Size size = SizeWalk(catalog, function.parameters).of(function.body);
    function.expanded_size = size.expanded;
    function.parameter_uses = std::move(size.uses);
}

std::uint64_t expanded_nodes(const ast::Query& query, const Catalog& catalog) { return gained(query, catalog); }

std::uint64_t expanded_nodes(const ast::Expression& expression, const Catalog& catalog) {
    return gained(expression, catalog);
}

}  // namespace laminar
