#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parser/ast/operator_table.h"
#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

using Grammar = ::LaminarParser;
using Children = std::vector<antlr4::tree::ParseTree*>;

/// Functions whose argument x -> ... is a lambda whatever stands behind the arrow.
constexpr auto lambda_functions = std::to_array<std::string_view>({
    "APPLY",
    "ARRAY_APPLY",
    "ARRAY_FILTER",
    "ARRAY_REDUCE",
    "ARRAY_TRANSFORM",
    "COLUMNS",
    "FILTER",
    "LIST_APPLY",
    "LIST_FILTER",
    "LIST_REDUCE",
    "LIST_TRANSFORM",
    "REDUCE",
});

bool is_operand(antlr4::tree::ParseTree& child) { return dynamic_cast<Grammar::OperandContext*>(&child) != nullptr; }

const antlr4::Token& first_token(antlr4::tree::ParseTree& child) {
    if (auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(&child)) return *terminal->getSymbol();
    return *static_cast<antlr4::ParserRuleContext&>(child).start;
}

/// The column that an operand consists of, when it is a bare name and nothing else.
Grammar::NameContext* bare_name(Grammar::OperandContext& operand) {
    if (operand.children.size() != 1) return nullptr;
    auto* call = operand.primary()->nameOrCall();
    return call != nullptr && call->children.size() == 1 ? call->name() : nullptr;
}

Grammar::OperandContext* sole_operand(Grammar::ExpressionContext& expression) {
    return expression.children.size() == 1 ? dynamic_cast<Grammar::OperandContext*>(expression.children[0]) : nullptr;
}

}  // namespace

/// Gives a flat sequence of operands and operators its shape, by precedence climbing. Chains of operators are loops;
/// only prefix operators and steps to a tighter precedence recurse.
class Transformer::OperatorSequence {
public:
    OperatorSequence(Transformer& transformer, Children& children, std::size_t begin)
        : transformer_(transformer), children_(children), at_(begin) {}

    ast::Expression parse() {
        ast::Expression expression = parse(Precedence::disjunction);
        if (at_ < children_.size()) reject_operator();
        return expression;
    }

private:
    [[nodiscard]] std::size_t type() const { return at_ < children_.size() ? leading_token(*children_[at_]) : 0; }
    /// Type of the token at hand if it is a token of the sequence itself; moves on when it is the one wanted.
    bool take(std::size_t token_type) {
        if (at_ >= children_.size() || is_operand(*children_[at_]) || type() != token_type) return false;
        ++at_;
        return true;
    }

    ast::Expression parse(Precedence minimum) {
        ast::Expression left = parse_prefixed();
        Precedence previous = Precedence::none;
        bool previous_was_in = false;
        while (at_ < children_.size()) {
            const std::size_t operator_type = type();
            const Precedence precedence = infix_precedence(operator_type);
            if (precedence == Precedence::none || precedence < minimum) break;
            if (precedence == previous && !chains(precedence) && !previous_was_in) reject_chain();
            const std::size_t before = at_;
            left = parse_infix(std::move(left), operator_type, precedence);
            previous = precedence;
            previous_was_in = precedence == Precedence::pattern && leading_token(*children_[before]) == Grammar::IN;
        }
        return left;
    }

    ast::Expression parse_prefixed() {
        antlr4::tree::ParseTree& child = *children_[at_];
        if (auto* operand = dynamic_cast<Grammar::OperandContext*>(&child)) {
            ++at_;
            transformer_.star_allowed_ = children_.size() == 1;
            return transformer_.transform_operand(*operand);
        }
        const antlr4::Token& token = first_token(child);
        const SourceSpan span = span_of(token);
        ++at_;
        ast::Expression operand = parse(prefix_precedence(token.getType()));
        const SourceSpan whole = cover(span, operand.span);
        auto* exists = std::get_if<ast::Exists>(&operand.node);
        if (token.getType() == Grammar::NOT && exists != nullptr && !exists->negated) {
            exists->negated = true;
            operand.span = whole;
            return operand;
        }
        return {whole, ast::Unary{upper_case(transformer_.slice(span)), std::move(operand)}};
    }

    ast::Expression parse_infix(ast::Expression left, std::size_t operator_type, Precedence precedence) {
        switch (operator_type) {
            case Grammar::IS:
                return parse_is(std::move(left));
            case Grammar::ISNULL:
            case Grammar::NOTNULL:
                return test(std::move(left), ast::Is::Test::null, operator_type == Grammar::NOTNULL, ++at_);
            case Grammar::COLLATE: {
                auto& name = static_cast<Grammar::QualifiedNameContext&>(*children_[at_ + 1]);
                at_ += 2;
                const SourceSpan span = cover(left.span, laminar::span_of(name));
                return {span, ast::Collate{std::move(left), transformer_.transform_qualified_name(name)}};
            }
            case Grammar::AT: {
                at_ += 3;
                ast::Expression zone = parse(tighter(Precedence::time_zone));
                const SourceSpan span = cover(left.span, zone.span);
                return {span, ast::AtTimeZone{std::move(left), std::move(zone)}};
            }
            default:
                return precedence == Precedence::pattern ? parse_pattern(std::move(left))
                                                         : parse_binary(std::move(left), precedence);
        }
    }

    ast::Expression parse_binary(ast::Expression left, Precedence precedence) {
        const SourceSpan op_span = span_of(first_token(*children_[at_]));
        ++at_;
        ast::Expression right = parse(tighter(precedence));
        const SourceSpan span = cover(left.span, right.span);
        std::string op = upper_case(transformer_.slice(op_span));
        if (auto* quantified = std::get_if<ast::Quantified>(&right.node)) {
            if (quantified->operand || precedence != Precedence::comparison) {
                transformer_.reject(DiagnosticCode::syntax_error, right.span,
                                    fmt::format("{} (...) stands behind a comparison only", quantified->quantifier));
            }
            quantified->op = std::move(op);
            quantified->operand = std::move(left);
            right.span = span;
            return right;
        }
        return {span, ast::Binary{std::move(op), op_span, std::move(left), std::move(right)}};
    }

    ast::Expression test(ast::Expression operand, ast::Is::Test kind, bool negated, std::size_t end) {
        at_ = end;
        const SourceSpan span = cover(operand.span, span_of(first_token(*children_[end - 1])));
        return {span, ast::Is{kind, std::move(operand), negated, {}}};
    }

    ast::Expression parse_is(ast::Expression left) {
        ++at_;
        const bool negated = take(Grammar::NOT);
        switch (type()) {
            case Grammar::NULL_:
                return test(std::move(left), ast::Is::Test::null, negated, at_ + 1);
            case Grammar::TRUE:
                return test(std::move(left), ast::Is::Test::true_value, negated, at_ + 1);
            case Grammar::FALSE:
                return test(std::move(left), ast::Is::Test::false_value, negated, at_ + 1);
            case Grammar::UNKNOWN:
                return test(std::move(left), ast::Is::Test::unknown, negated, at_ + 1);
            default:
                break;
        }
        at_ += 2;  // DISTINCT FROM
        ast::Expression right = parse(tighter(Precedence::is_test));
        const SourceSpan span = cover(left.span, right.span);
        return {span, ast::Is{ast::Is::Test::distinct_from, std::move(left), negated, std::move(right)}};
    }

    ast::Expression parse_pattern(ast::Expression left) {
        const std::size_t begin = at_;
        const bool negated = take(Grammar::NOT);
        if (negated && take(Grammar::NULL_)) return test(std::move(left), ast::Is::Test::null, true, at_);
        if (take(Grammar::IN)) return parse_in(std::move(left), negated);
        if (take(Grammar::BETWEEN)) return parse_between(std::move(left), negated, begin);
        return parse_like(std::move(left), negated);
    }

    ast::Expression parse_like(ast::Expression left, bool negated) {
        std::string op = upper_case(transformer_.slice(span_of(first_token(*children_[at_]))));
        if (op == "SIMILAR") {
            op = "SIMILAR TO";
            // In the alternative with NOT the words are children of their own, in infixOperator they are one child.
            if (dynamic_cast<antlr4::tree::TerminalNode*>(children_[at_]) != nullptr) ++at_;
        }
        ++at_;
        ast::Expression pattern = parse(tighter(Precedence::pattern));
        ast::Like like{std::move(op), std::move(left), negated, std::move(pattern), {}};
        SourceSpan span = cover(like.operand->span, like.pattern->span);
        if (take(Grammar::ESCAPE)) {
            like.escape = parse(tighter(Precedence::pattern));
            span = cover(span, like.escape->span);
        }
        return {span, std::move(like)};
    }

    ast::Expression parse_between(ast::Expression left, bool negated, std::size_t begin) {
        ast::Expression low = parse(tighter(Precedence::pattern));
        if (!take(Grammar::AND)) {
            transformer_.reject(DiagnosticCode::empty_statement_part, span_of(first_token(*children_[begin])),
                                "BETWEEN lacks its AND", "x BETWEEN low AND high");
        }
        ast::Expression high = parse(tighter(Precedence::pattern));
        const SourceSpan span = cover(left.span, high.span);
        return {span, ast::Between{std::move(left), negated, std::move(low), std::move(high)}};
    }

    ast::Expression parse_in(ast::Expression left, bool negated) {
        ast::Expression right = parse(tighter(Precedence::pattern));
        const SourceSpan span = cover(left.span, right.span);
        ast::In in;
        in.operand = std::move(left);
        in.negated = negated;
        if (auto* tuple = std::get_if<ast::Tuple>(&right.node); tuple != nullptr && !tuple->row_keyword) {
            in.values = std::move(tuple->elements);
        } else if (auto* parenthesized = std::get_if<ast::Parenthesized>(&right.node)) {
            in.values.push_back(std::move(*parenthesized->inner));
        } else if (auto* query = std::get_if<ast::Subquery>(&right.node)) {
            in.query = std::move(query->query);
        } else {
            in.list = std::move(right);
        }
        return {span, std::move(in)};
    }

    [[noreturn]] void reject_chain() {
        transformer_.reject(DiagnosticCode::syntax_error, span_of(first_token(*children_[at_])),
                            fmt::format("\"{}\" cannot follow another comparison directly",
                                        upper_case(transformer_.slice(span_of(first_token(*children_[at_]))))),
                            "join them with AND, or put one in parentheses");
    }

    [[noreturn]] void reject_operator() {
        const SourceSpan span = span_of(first_token(*children_[at_]));
        transformer_.reject(DiagnosticCode::syntax_error, span,
                            fmt::format("{} has no LIKE before it", upper_case(transformer_.slice(span))));
    }

    Transformer& transformer_;
    Children& children_;
    std::size_t at_;
};

ast::Expression Transformer::transform_expression(Grammar::ExpressionContext& context) {
    const auto operands =
        std::count_if(context.children.begin(), context.children.end(), [](auto* child) { return is_operand(*child); });
    const DepthScope depth(*this, 1 + context.children.size() - static_cast<std::size_t>(operands), context);
    return OperatorSequence(*this, context.children, 0).parse();
}

ast::Expression Transformer::transform_default_value(Grammar::DefaultValueContext& context) {
    const DepthScope depth(*this, context.children.size(), context);
    return OperatorSequence(*this, context.children, 0).parse();
}

std::vector<ast::Expression> Transformer::transform_expression_list(Grammar::ExpressionListContext& context) {
    std::vector<ast::Expression> expressions;
    if (auto* query = context.query()) {
        expressions.push_back(subquery(*query, laminar::span_of(context)));
        return expressions;
    }
    for_each_child<Grammar::ExpressionContext>(
        context, [&](auto& expression) { expressions.push_back(transform_expression(expression)); });
    return expressions;
}

/// Bare names left of the arrow and, behind it, one of them again or a function known to take lambdas. Otherwise
/// data -> 'key' is the JSON operator.
bool Transformer::is_lambda(Grammar::ExpressionContext& context, std::string_view function,
                            std::vector<ast::Identifier>& parameters) {
    if (context.children.size() < 3 || leading_token(*context.children[1]) != Grammar::ARROW) return false;
    auto* left = dynamic_cast<Grammar::OperandContext*>(context.children[0]);
    if (left == nullptr) return false;
    if (auto* name = bare_name(*left)) {
        parameters.push_back(transform_identifier(*name));
    } else {
        if (left->children.size() != 1 || !has_token(*left->primary(), Grammar::OPEN)) return false;
        bool bare = true;
        for_each_child<Grammar::ExpressionContext>(*left->primary(), [&](auto& element) {
            auto* operand = sole_operand(element);
            auto* element_name = operand != nullptr ? bare_name(*operand) : nullptr;
            bare = bare && element_name != nullptr;
            if (element_name != nullptr) parameters.push_back(transform_identifier(*element_name));
        });
        if (!bare || left->primary()->query() != nullptr) return false;
        if (parameters.size() > 1) return true;
    }
    if (std::find(lambda_functions.begin(), lambda_functions.end(), function) != lambda_functions.end()) return true;
    const std::string parameter = upper_case(parameters.front().text);
    const auto uses_parameter = [&](auto&& self, antlr4::tree::ParseTree& tree) -> bool {
        if (auto* name = dynamic_cast<Grammar::NameContext*>(&tree)) {
            return upper_case(transform_identifier(*name).text) == parameter;
        }
        return std::any_of(tree.children.begin(), tree.children.end(), [&](auto* child) { return self(self, *child); });
    };
    return std::any_of(context.children.begin() + 2, context.children.end(),
                       [&](auto* child) { return uses_parameter(uses_parameter, *child); });
}

ast::Expression Transformer::transform_lambda_or_expression(Grammar::ExpressionContext& context,
                                                            std::string_view function) {
    std::vector<ast::Identifier> parameters;
    if (!is_lambda(context, function, parameters)) return transform_expression(context);
    const DepthScope depth(*this, context.children.size(), context);
    ast::Expression body = OperatorSequence(*this, context.children, 2).parse();
    return {laminar::span_of(context), ast::Lambda{std::move(parameters), std::move(body)}};
}

}  // namespace laminar
