#include <type_traits>

#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

// The parser bounds brackets; this bounds what is left (chains of casts and the like) to what a stack holds.
constexpr std::size_t max_depth = 2500;
// Looking ahead for a type is repeated at every level, so that it must not go deep.
constexpr int max_peek_depth = 8;

ColumnType type_as_written(const ast::TypeName& name) {
    Diagnostics ignored;  // A type that does not exist is reported by whoever needs it.
    return bind_type(name, ignored).value_or(ColumnType{});
}

}  // namespace

ValueFacts QueryWalk::bind_expression(ast::Expression& expression, Scope& scope, const Use& use) {
    if (depth_ >= max_depth) {
        if (depth_ == max_depth) {
            diagnostics_->error(DiagnosticCode::nesting_too_deep, expression.span,
                                "the expression is nested too deeply");
            ++depth_;  // Once is enough.
        }
        return {};
    }
    ++depth_;
    ValueFacts facts = bind_node(expression, scope, use);
    if (depth_ <= max_depth) --depth_;
    return facts;
}

ValueFacts QueryWalk::bind_node(ast::Expression& expression, Scope& scope, const Use& use) {
    const auto bind_children = [&](const Use& child_use) {
        std::vector<std::size_t> inputs;
        const auto on_expression = [&](ast::Expression& child) {
            add_inputs(inputs, bind_expression(child, scope, child_use).inputs);
        };
        ast::for_each_child_of_expression(expression, on_expression,
                                          [&](ast::Query& query) { bind_subquery(query, scope, true); });
        return inputs;
    };
    const auto visitor = [&](auto& node) -> ValueFacts {
        using T = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<T, ast::ColumnReference>) {
            return bind_reference(expression, scope, use);
        } else if constexpr (std::is_same_v<T, ast::FunctionCall>) {
            return bind_call(expression, scope, use);
        } else if constexpr (std::is_same_v<T, ast::Binary>) {
            return bind_binary(expression, scope, use);
        } else if constexpr (std::is_same_v<T, ast::Unary>) {
            return bind_unary(node, scope, use);
        } else if constexpr (std::is_same_v<T, ast::Parenthesized>) {
            return bind_expression(*node.inner, scope, use);
        } else if constexpr (std::is_same_v<T, ast::Star>) {
            bind_star_argument(node, scope);
            return {};
        } else if constexpr (std::is_same_v<T, ast::Cast>) {
            const ValueFacts operand = bind_expression(*node.operand, scope);
            const ColumnType type = type_as_written(node.type);
            const bool is_time = type.id == TypeId::timestamp || type.id == TypeId::timestamp_tz;
            return {type, {}, operand.inputs, is_time ? operand.role : TimeRole::none};
        } else if constexpr (std::is_same_v<T, ast::Case>) {
            return bind_case(node, scope, use);
        } else if constexpr (std::is_same_v<T, ast::In>) {
            bind_in(node, scope);
        } else if constexpr (std::is_same_v<T, ast::Between>) {
            bind_between(node, scope);
        } else if constexpr (std::is_same_v<T, ast::Like>) {
            bind_children(text_use());
        } else if constexpr (std::is_same_v<T, ast::Is>) {
            using Test = ast::Is::Test;
            const bool truth =
                node.test == Test::true_value || node.test == Test::false_value || node.test == Test::unknown;
            if (node.test == Test::distinct_from) {
                bind_expression(*node.operand, scope, comparison_use(peek(*node.right, scope)));
                bind_expression(*node.right, scope, comparison_use(peek(*node.operand, scope)));
            } else {
                bind_expression(*node.operand, scope, truth ? boolean_use() : Use{});
            }
        } else if constexpr (std::is_same_v<T, ast::Exists>) {
            if (node.query) bind_subquery(*node.query, scope, false);
        } else if constexpr (std::is_same_v<T, ast::Subquery>) {
            const QueryOutput* output = bind_subquery(*node.query, scope, true);
            if (output->columns.empty()) return {};
            ValueFacts facts = output->columns.front().facts;
            inference_.record(facts.slots, use);
            facts.role = TimeRole::none;
            return facts;
        } else if constexpr (std::is_same_v<T, ast::Quantified>) {
            bind_quantified(node, scope);
        } else if constexpr (std::is_same_v<T, ast::Extract>) {
            const ValueFacts operand = bind_expression(*node.operand, scope, time_use());
            return {TypeId::float64, {}, operand.inputs};
        } else if constexpr (std::is_same_v<T, ast::AtTimeZone>) {
            const ValueFacts operand = bind_expression(*node.operand, scope, time_use());
            bind_expression(*node.zone, scope);
            return {TypeId::timestamp, {}, operand.inputs};
        } else if constexpr (std::is_same_v<T, ast::Collate>) {
            return bind_expression(*node.operand, scope, text_use());
        } else if constexpr (std::is_same_v<T, ast::Lambda>) {
            bind_with_parameters(node.parameters, scope, {{&*node.body, Use{}}});
            return {};
        } else if constexpr (std::is_same_v<T, ast::ListComprehension>) {
            bind_expression(*node.list, scope);
            std::vector<std::pair<ast::Expression*, Use>> inner{{&*node.element, Use{}}};
            if (node.condition) inner.emplace_back(&*node.condition, boolean_use());
            bind_with_parameters(node.variables, scope, inner);
            return {TypeId::list, {}, {}};
        } else if constexpr (std::is_same_v<T, ast::FieldAccess>) {
            const ValueFacts operand = bind_expression(*node.operand, scope);
            return {{}, {}, operand.inputs, role_of_field(operand.role, node.field.text)};
        } else if constexpr (std::is_same_v<T, ast::Subscript> || std::is_same_v<T, ast::IntervalLiteral> ||
                             std::is_same_v<T, ast::Literal> || std::is_same_v<T, ast::TypedLiteral> ||
                             std::is_same_v<T, ast::ListLiteral> || std::is_same_v<T, ast::MapLiteral> ||
                             std::is_same_v<T, ast::StructLiteral> || std::is_same_v<T, ast::JsonObject> ||
                             std::is_same_v<T, ast::Tuple>) {
            return {peek(expression, scope), {}, bind_children({})};
        }
        return {TypeId::boolean, {}, {}};
    };
    return std::visit(visitor, expression.node);
}

ValueFacts QueryWalk::bind_binary(ast::Expression& expression, Scope& scope, const Use& use) {
    // a AND b AND c leans to the left and may be very long: go down without recursion.
    std::vector<ast::Binary*> chain;
    std::vector<Use> right_uses;
    Use place = use;
    ast::Expression* leftmost = &expression;
    while (auto* binary = std::get_if<ast::Binary>(&leftmost->node)) {
        const auto [left, right] =
            operand_uses(binary->op.kind(), place, peek(*binary->left, scope), peek(*binary->right, scope));
        chain.push_back(binary);
        right_uses.push_back(right);
        place = left;
        leftmost = &*binary->left;
    }
    ValueFacts facts = bind_expression(*leftmost, scope, place);
    for (std::size_t index = chain.size(); index-- > 0;) {
        ast::Binary& binary = *chain[index];
        const ValueFacts right = bind_expression(*binary.right, scope, right_uses[index]);
        ValueFacts combined;
        combined.type = operation_type(binary.op.kind(), facts.type, right.type);
        combined.inputs = facts.inputs;
        add_inputs(combined.inputs, right.inputs);
        facts = std::move(combined);
    }
    return facts;
}

ValueFacts QueryWalk::bind_unary(ast::Unary& unary, Scope& scope, const Use& use) {
    if (unary.op.is(ast::OperatorKind::negation)) {
        const ValueFacts operand = bind_expression(*unary.operand, scope, boolean_use());
        return {TypeId::boolean, {}, operand.inputs};
    }
    const bool interval = peek(*unary.operand, scope).id == TypeId::interval || use.type.id == TypeId::interval;
    const ValueFacts operand = bind_expression(*unary.operand, scope, interval ? Use{} : number_use());
    return {interval ? TypeId::interval : TypeId::float64, {}, operand.inputs};
}

ValueFacts QueryWalk::bind_case(ast::Case& node, Scope& scope, const Use& use) {
    Use condition_use = boolean_use();
    if (node.operand) {
        ColumnType compared;
        for (const ast::CaseBranch& branch : node.branches) {
            if (compared.id == TypeId::unknown) compared = peek(branch.condition, scope);
        }
        bind_expression(*node.operand, scope, comparison_use(compared));
        condition_use = comparison_use(peek(*node.operand, scope));
    }
    // All results are of one type: what one is, or where the value is used, tells about the others.
    Use result_use = use;
    if (result_use.says_nothing()) {
        for (const ast::CaseBranch& branch : node.branches) {
            if (result_use.says_nothing()) result_use = comparison_use(peek(branch.result, scope));
        }
        if (result_use.says_nothing() && node.otherwise) result_use = comparison_use(peek(*node.otherwise, scope));
    }
    ValueFacts facts;
    for (ast::CaseBranch& branch : node.branches) {
        bind_expression(branch.condition, scope, condition_use);
        facts = merge_facts(facts, bind_expression(branch.result, scope, result_use));
    }
    if (node.otherwise) facts = merge_facts(facts, bind_expression(*node.otherwise, scope, result_use));
    return facts;
}

void QueryWalk::bind_in(ast::In& in, Scope& scope) {
    const ColumnType operand = peek(*in.operand, scope);
    ColumnType listed;
    for (const ast::Expression& value : in.values) {
        if (listed.id == TypeId::unknown) listed = peek(value, scope);
    }
    if (in.query) {
        const QueryOutput* output = bind_subquery(*in.query, scope, true);
        if (!output->columns.empty()) {
            listed = output->columns.front().facts.type;
            inference_.record(output->columns.front().facts.slots, comparison_use(operand));
        }
    }
    bind_expression(*in.operand, scope, comparison_use(listed));
    for (ast::Expression& value : in.values) bind_expression(value, scope, comparison_use(operand));
    if (in.list) bind_expression(*in.list, scope);
}

void QueryWalk::bind_between(ast::Between& between, Scope& scope) {
    const ColumnType operand = peek(*between.operand, scope);
    ColumnType bound = peek(*between.low, scope);
    if (bound.id == TypeId::unknown) bound = peek(*between.high, scope);
    bind_expression(*between.operand, scope, comparison_use(bound));
    const Use bound_use = comparison_use(operand.id == TypeId::unknown ? bound : operand);
    bind_expression(*between.low, scope, bound_use);
    bind_expression(*between.high, scope, bound_use);
}

void QueryWalk::bind_quantified(ast::Quantified& quantified, Scope& scope) {
    Use operand_use;
    if (quantified.query) {
        const QueryOutput* output = bind_subquery(*quantified.query, scope, true);
        if (!output->columns.empty()) {
            operand_use = comparison_use(output->columns.front().facts.type);
            inference_.record(output->columns.front().facts.slots, comparison_use(peek(*quantified.operand, scope)));
        }
    }
    bind_expression(*quantified.operand, scope, operand_use);
    if (quantified.list) bind_expression(*quantified.list, scope);
}

void QueryWalk::bind_with_parameters(const std::vector<ast::Identifier>& parameters, Scope& scope,
                                     const std::vector<std::pair<ast::Expression*, Use>>& expressions) {
    const std::size_t before = scope.parameters.size();
    for (const ast::Identifier& parameter : parameters) scope.parameters.push_back(parameter.text);
    for (const auto& [expression, use] : expressions) bind_expression(*expression, scope, use);
    scope.parameters.resize(before);
}

QueryOutput* QueryWalk::bind_subquery(ast::Query& query, Scope& scope, bool wants_all) {
    QueryOutput* output = bind_query(query, {&scope, true});
    if (wants_all) demand_all(*output);
    return output;
}

ColumnType QueryWalk::peek(const ast::Expression& expression, const Scope& scope, int depth) const {
    if (depth > max_peek_depth) return {};
    const auto visitor = [&](const auto& node) -> ColumnType {
        using T = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<T, ast::Literal>) {
            switch (node.kind) {
                case ast::LiteralKind::boolean:
                    return TypeId::boolean;
                case ast::LiteralKind::string:
                    return TypeId::varchar;
                case ast::LiteralKind::blob:
                    return TypeId::blob;
                case ast::LiteralKind::null:
                    return {};
                // A whole number in the query does not promise whole numbers in the messages.
                case ast::LiteralKind::integer:
                case ast::LiteralKind::decimal:
                case ast::LiteralKind::real:
                    return TypeId::float64;
            }
            return {};
        } else if constexpr (std::is_same_v<T, ast::IntervalLiteral>) {
            return TypeId::interval;
        } else if constexpr (std::is_same_v<T, ast::TypedLiteral> || std::is_same_v<T, ast::Cast>) {
            return type_as_written(node.type);
        } else if constexpr (std::is_same_v<T, ast::ColumnReference>) {
            return peek_reference(node, scope);
        } else if constexpr (std::is_same_v<T, ast::FunctionCall>) {
            const std::string name = fold_case(node.name.parts.back().text);
            if ((returns_first_argument(name) || has_arguments_of_one_type(name)) && !node.arguments.empty()) {
                return peek(node.arguments.front().value, scope, depth + 1);
            }
            return function_result_type(name);
        } else if constexpr (std::is_same_v<T, ast::Binary>) {
            return operation_type(node.op.kind(), peek(*node.left, scope, depth + 1),
                                  peek(*node.right, scope, depth + 1));
        } else if constexpr (std::is_same_v<T, ast::Unary>) {
            if (node.op.is(ast::OperatorKind::negation)) return TypeId::boolean;
            const ColumnType operand = peek(*node.operand, scope, depth + 1);
            return operand.id == TypeId::interval ? operand : ColumnType{TypeId::float64};
        } else if constexpr (std::is_same_v<T, ast::Parenthesized>) {
            return peek(*node.inner, scope, depth + 1);
        } else if constexpr (std::is_same_v<T, ast::Case>) {
            return node.branches.empty() ? ColumnType{} : peek(node.branches.front().result, scope, depth + 1);
        } else if constexpr (std::is_same_v<T, ast::In> || std::is_same_v<T, ast::Between> ||
                             std::is_same_v<T, ast::Like> || std::is_same_v<T, ast::Is> ||
                             std::is_same_v<T, ast::Exists> || std::is_same_v<T, ast::Quantified>) {
            return TypeId::boolean;
        } else if constexpr (std::is_same_v<T, ast::Extract>) {
            return TypeId::float64;
        } else if constexpr (std::is_same_v<T, ast::AtTimeZone>) {
            return TypeId::timestamp;
        } else if constexpr (std::is_same_v<T, ast::Collate>) {
            return TypeId::varchar;
        } else if constexpr (std::is_same_v<T, ast::JsonObject>) {
            return TypeId::json;
        } else if constexpr (std::is_same_v<T, ast::ListLiteral> || std::is_same_v<T, ast::ListComprehension>) {
            return TypeId::list;
        } else if constexpr (std::is_same_v<T, ast::MapLiteral>) {
            return TypeId::map;
        } else if constexpr (std::is_same_v<T, ast::StructLiteral> || std::is_same_v<T, ast::Tuple>) {
            return TypeId::structure;
        } else {
            return {};  // Subqueries are not bound yet; subscripts and fields depend on what they are taken from.
        }
    };
    return std::visit(visitor, expression.node);
}

ColumnType QueryWalk::peek_reference(const ast::ColumnReference& reference, const Scope& scope) const {
    const std::string& first = reference.parts.front().text;
    for (const Scope* each = &scope; each != nullptr; each = each->parent) {
        if (each->is_parameter(first)) return {};
        if (reference.parts.size() > 1) {
            Relation* relation = each->find_relation(first);
            if (relation == nullptr) continue;
            const ScopeColumn* column = relation->find(reference.parts[1].text);
            return column != nullptr && reference.parts.size() == 2 ? column->facts.type : ColumnType{};
        }
        for (Relation* relation : each->relations) {
            if (const ScopeColumn* column = relation->find(first)) return column->facts.type;
        }
        if (const ScopeColumn* alias = each->find_alias(first)) return alias->facts.type;
    }
    const bool bare = reference.parts.size() == 1 && !reference.parts.front().quoted;
    return bare && is_bare_function(fold_case(first)) ? function_result_type(fold_case(first)) : ColumnType{};
}

}  // namespace laminar
