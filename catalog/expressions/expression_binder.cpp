#include "catalog/expressions/expression_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "catalog/expressions/literal_binder.h"
#include "catalog/expressions/type_fit.h"
#include "catalog/expressions/value_functions.h"
#include "catalog/options/json_path.h"
#include "catalog/options/secret_resolver.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

using Operation = ComputedOperation;
using Type = ComputedType;
using Bound = std::optional<ComputedExpression>;

constexpr std::string_view list_hint = "docs/peer.md lists what expressions of options may call";

struct InfixOperator {
    ast::OperatorKind kind;
    Operation operation;
};

constexpr InfixOperator arithmetic[] = {
    {ast::OperatorKind::add, Operation::add},
    {ast::OperatorKind::subtract, Operation::subtract},
    {ast::OperatorKind::multiply, Operation::multiply},
    {ast::OperatorKind::divide, Operation::divide},
    {ast::OperatorKind::divide_whole, Operation::divide_whole},
    {ast::OperatorKind::remainder, Operation::remainder},
};
constexpr InfixOperator comparisons[] = {
    {ast::OperatorKind::equal, Operation::equal},     {ast::OperatorKind::not_equal, Operation::not_equal},
    {ast::OperatorKind::less, Operation::less},       {ast::OperatorKind::less_equal, Operation::less_equal},
    {ast::OperatorKind::greater, Operation::greater}, {ast::OperatorKind::greater_equal, Operation::greater_equal},
};

template <std::size_t Count>
std::optional<Operation> find_operation(const InfixOperator (&operators)[Count], ast::OperatorKind kind) {
    const auto* found = std::find_if(std::begin(operators), std::end(operators),
                                     [kind](const InfixOperator& each) { return each.kind == kind; });
    return found == std::end(operators) ? std::nullopt : std::optional(found->operation);
}

bool is_secret_name(const std::string& name) {
    return find_secret_references(fmt::format("${{secret:{}}}", name)).size() == 1;
}

/// Binds one expression; members report what is wrong and return nullopt then.
class ExpressionBinder {
public:
    ExpressionBinder(const OptionDeclaration& option, ExpressionPlace place, Diagnostics& diagnostics)
        : option_(option), place_(place), diagnostics_(diagnostics) {}

    Bound bind(const ast::OptionValue& value) {
        using Value = ast::OptionValue;
        if (const auto* computed = std::get_if<Value::Computed>(&value.node)) return bind(*computed->expression);
        if (const auto* list = std::get_if<Value::List>(&value.node)) {
            std::vector<const Value*> elements;
            for (const Value& element : list->elements) elements.push_back(&element);
            return json_of(Operation::json_array, elements);
        }
        if (const auto* object = std::get_if<Value::Object>(&value.node)) {
            std::vector<const Value*> parts;
            for (const auto& [key, entry] : object->entries) {
                parts.push_back(&key);
                parts.push_back(&entry);
            }
            return json_of(Operation::json_object, parts);
        }
        return bind_constant(option_, value, diagnostics_);
    }

    Bound bind(const ast::Expression& expression) {
        return std::visit([&](const auto& node) { return bind_node(node, expression.span); }, expression.node);
    }

private:
    std::nullopt_t refuse(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
        diagnostics_.error(code, span, std::move(message), std::move(hint));
        return std::nullopt;
    }

    static ComputedExpression make(Operation operation, Type type, std::string name,
                                   std::vector<ComputedExpression> operands) {
        return {operation, type, std::move(name), {}, std::move(operands)};
    }

    template <class Node>
    Bound json_of(Operation operation, const std::vector<const Node*>& parts) {
        std::vector<ComputedExpression> operands;
        bool good = true;
        for (std::size_t index = 0; index < parts.size(); ++index) {
            Bound operand = bind(*parts[index]);
            const bool is_key = operation == Operation::json_object && index % 2 == 0;
            good = good && operand &&
                   (!is_key || fits(*operand, ParameterKind::text, parts[index]->span, "a key of JSON_OBJECT"));
            if (operand) operands.push_back(std::move(*operand));
        }
        if (!good) return std::nullopt;
        return make(operation, Type::json, operation == Operation::json_array ? "JSON_ARRAY" : "JSON_OBJECT",
                    std::move(operands));
    }

    bool fits(const ComputedExpression& operand, ParameterKind kind, SourceSpan span, const std::string& what) {
        if (fits_parameter(operand.type, kind)) return true;
        diagnostics_.error(DiagnosticCode::query_type_error, span,
                           fmt::format("{} must be {}, not {}", what, describe(kind), describe(operand.type)),
                           fit_hint(operand.type, kind));
        return false;
    }

    Bound bind_node(const ast::Literal& literal, SourceSpan span) {
        return bind_literal(option_, literal, span, diagnostics_);
    }

    Bound bind_node(const ast::Parenthesized& node, SourceSpan) { return bind(*node.inner); }

    Bound bind_node(const ast::ListLiteral& list, SourceSpan) {
        std::vector<const ast::Expression*> elements;
        for (const ast::Expression& element : list.elements) elements.push_back(&element);
        return json_of(Operation::json_array, elements);
    }

    Bound bind_node(const ast::MapLiteral& map, SourceSpan) { return bind_entries(map.entries); }
    Bound bind_node(const ast::StructLiteral& map, SourceSpan) { return bind_entries(map.entries); }
    Bound bind_node(const ast::JsonObject& json, SourceSpan) { return bind_entries(json.entries); }

    Bound bind_entries(const std::vector<ast::KeyValue>& entries) {
        std::vector<const ast::Expression*> parts;
        for (const ast::KeyValue& entry : entries) {
            parts.push_back(&entry.key);
            parts.push_back(&entry.value);
        }
        return json_of(Operation::json_object, parts);
    }

    Bound bind_node(const ast::ColumnReference& column, SourceSpan span) {
        const std::string& name = column.parts.front().text;
        if (column.parts.size() == 1 && !column.parts.front().quoted && equals_ignoring_case(name, "current_timestamp"))
            return make(Operation::now, Type::timestamp, "NOW", {});
        return refuse(DiagnosticCode::unknown_column, span,
                      fmt::format("\"{}\" names nothing: an option has no columns", name),
                      fmt::format("write '{}' in quotes if it is a text", name));
    }

    Bound bind_node(const ast::Unary& unary, SourceSpan span) {
        Bound operand = bind(*unary.operand);
        if (!operand) return std::nullopt;
        if (unary.op.is(ast::OperatorKind::negation)) {
            if (!fits_boolean(*operand, unary.operand->span, "what NOT is about")) return std::nullopt;
            return make(Operation::negation, Type::boolean, "NOT", {std::move(*operand)});
        }
        if (unary.op.text() != "-" && unary.op.text() != "+") return refuse_operator(unary.op.text(), span);
        if (!fits_number(*operand, unary.operand->span, unary.op.text())) return std::nullopt;
        if (unary.op.text() == "+") return operand;
        const Type type = operand->type;
        return make(Operation::negate, type, "-", {std::move(*operand)});
    }

    Bound bind_node(const ast::Binary& binary, SourceSpan) {
        Bound left = bind(*binary.left);
        Bound right = bind(*binary.right);
        if (!left || !right) return std::nullopt;
        const std::string& name = binary.op.text();
        const ast::OperatorKind kind = binary.op.kind();
        if (kind == ast::OperatorKind::concatenate) return concatenation(std::move(*left), std::move(*right), binary);
        if (kind == ast::OperatorKind::conjunction || kind == ast::OperatorKind::disjunction) {
            const bool both = fits_boolean(*left, binary.left->span, "an operand of " + name);
            if (!fits_boolean(*right, binary.right->span, "an operand of " + name) || !both) return std::nullopt;
            const Operation operation =
                kind == ast::OperatorKind::conjunction ? Operation::conjunction : Operation::disjunction;
            return make(operation, Type::boolean, name, {std::move(*left), std::move(*right)});
        }
        if (const std::optional<Operation> operation = find_operation(comparisons, kind)) {
            if (!are_comparable(left->type, right->type))
                return refuse(DiagnosticCode::query_type_error, binary.op_span,
                              fmt::format("{} compares {} with {}", name, describe(left->type), describe(right->type)),
                              "CAST one of them to the type of the other");
            return make(*operation, Type::boolean, name, {std::move(*left), std::move(*right)});
        }
        if (const std::optional<Operation> operation = find_operation(arithmetic, kind)) {
            const bool both = fits_number(*left, binary.left->span, name);
            if (!fits_number(*right, binary.right->span, name) || !both) return std::nullopt;
            const Type type = number_type(*operation, left->type, right->type);
            return make(*operation, type, name, {std::move(*left), std::move(*right)});
        }
        return refuse_operator(name, binary.op_span);
    }

    Bound refuse_operator(const std::string& name, SourceSpan span) {
        return refuse(DiagnosticCode::query_error, span,
                      fmt::format("expressions of options do not have the operator {}", name), std::string(list_hint));
    }

    Bound concatenation(ComputedExpression left, ComputedExpression right, const ast::Binary& written) {
        const bool is_blob = left.type == Type::blob || right.type == Type::blob;
        const bool fit = fits_parameter(left.type, is_blob ? ParameterKind::blob : ParameterKind::text) &&
                         fits_parameter(right.type, is_blob ? ParameterKind::blob : ParameterKind::text);
        if (!fit)
            return refuse(DiagnosticCode::query_type_error, written.op_span,
                          fmt::format("|| joins {} and {}", describe(left.type), describe(right.type)),
                          "ENCODE(text) makes a BLOB of a text, and DECODE(blob) a text of a BLOB");
        return make(Operation::concatenate, is_blob ? Type::blob : Type::varchar, "||",
                    {std::move(left), std::move(right)});
    }

    bool fits_boolean(const ComputedExpression& operand, SourceSpan span, const std::string& what) {
        if (operand.type == Type::boolean || operand.type == Type::null || operand.type == Type::json) return true;
        diagnostics_.error(DiagnosticCode::query_type_error, span,
                           fmt::format("{} must be a BOOLEAN, not {}", what, describe(operand.type)));
        return false;
    }

    bool fits_number(const ComputedExpression& operand, SourceSpan span, const std::string& name) {
        if (is_number(operand.type) || operand.type == Type::null || operand.type == Type::json) return true;
        diagnostics_.error(
            DiagnosticCode::query_type_error, span,
            fmt::format("an operand of {} must be a number, not {}", name, describe(operand.type)),
            operand.type == Type::timestamp ? "EPOCH_MS(...) is a number" : "CAST(... AS BIGINT) makes it one");
        return false;
    }

    Bound bind_node(const ast::Is& is, SourceSpan span) {
        if (is.test != ast::Is::Test::null)
            return refuse(DiagnosticCode::query_error, span, "of IS, expressions of options have IS NULL alone",
                          std::string(list_hint));
        Bound operand = bind(*is.operand);
        if (!operand) return std::nullopt;
        return make(is.negated ? Operation::is_not_null : Operation::is_null, Type::boolean, "IS NULL",
                    {std::move(*operand)});
    }

    Bound bind_node(const ast::Case& choice, SourceSpan span) {
        std::vector<ComputedExpression> operands;
        std::vector<Type> results;
        bool good = true;
        const auto add = [&](Bound part) {
            good = good && part;
            if (part) operands.push_back(std::move(*part));
            return part.has_value();
        };
        Bound operand = choice.operand ? bind(*choice.operand) : Bound();
        good = !choice.operand || operand;
        for (const ast::CaseBranch& branch : choice.branches) {
            Bound condition = bind(branch.condition);
            if (condition && operand && !are_comparable(operand->type, condition->type))
                condition =
                    refuse(DiagnosticCode::query_type_error, branch.condition.span,
                           fmt::format("WHEN compares {} with {}", describe(operand->type), describe(condition->type)),
                           "CAST one of them to the type of the other");
            if (!choice.operand && condition && !fits_boolean(*condition, branch.condition.span, "a condition"))
                condition.reset();
            add(std::move(condition));
            if (add(bind(branch.result))) results.push_back(operands.back().type);
        }
        if (choice.otherwise && add(bind(*choice.otherwise))) results.push_back(operands.back().type);
        if (!good) return std::nullopt;
        const std::optional<Type> type = common_type(results);
        if (!type)
            return refuse(DiagnosticCode::query_type_error, span, "CASE gives a BLOB here and something else there",
                          "ENCODE(text) makes a BLOB of a text");
        if (operand) operands.insert(operands.begin(), std::move(*operand));
        return make(choice.operand ? Operation::choose_by_value : Operation::choose, *type, "CASE",
                    std::move(operands));
    }

    Bound bind_node(const ast::Cast& cast, SourceSpan) {
        const std::optional<CastTarget> target = find_cast_target(cast.type);
        if (!target)
            return refuse(DiagnosticCode::unknown_type, cast.type.span,
                          fmt::format("expressions of options have no type {}", cast.type.name),
                          "they have VARCHAR, BIGINT, INTEGER, DOUBLE, BOOLEAN, TIMESTAMP, JSON and BLOB");
        Bound operand = bind(*cast.operand);
        if (!operand) return std::nullopt;
        if (!can_cast(operand->type, target->type))
            return refuse(DiagnosticCode::query_type_error, cast.operand->span,
                          fmt::format("{} cannot be CAST to {}", describe(operand->type), cast.type.name),
                          operand->type == Type::blob ? "DECODE(blob) makes a text of it" : "");
        const Operation operation = cast.style == ast::Cast::Style::try_cast ? Operation::try_cast : Operation::cast;
        return make(operation, target->type, std::string(target->name), {std::move(*operand)});
    }

    Bound bind_node(const ast::FunctionCall& call, SourceSpan span) {
        const std::string& name = call.name.parts.back().text;
        const ValueFunction* function = call.name.parts.size() == 1 ? find_value_function(name) : nullptr;
        if (function == nullptr) {
            std::vector<std::string> names;
            for (const ValueFunction& each : value_functions()) names.emplace_back(each.name);
            std::string hint = did_you_mean(name, names);
            return refuse(DiagnosticCode::unknown_function, call.name.span,
                          fmt::format("expressions of options have no function \"{}\"", name),
                          hint.empty() ? std::string(list_hint) : std::move(hint));
        }
        const bool is_plain = !call.distinct && call.order_by.empty() && call.within_group.empty() && !call.filter &&
                              !call.over && !call.ignore_nulls && !call.respect_nulls &&
                              std::none_of(call.arguments.begin(), call.arguments.end(),
                                           [](const ast::FunctionArgument& each) { return each.name.has_value(); });
        if (!is_plain)
            return refuse(DiagnosticCode::query_error, span,
                          fmt::format("{} takes values in their order, and nothing else", upper_case(name)), {});
        if (!check_count(*function, call)) return std::nullopt;
        if (!check_place(*function, call)) return std::nullopt;
        return bind_call(*function, call);
    }

    bool check_count(const ValueFunction& function, const ast::FunctionCall& call) {
        const std::size_t count = call.arguments.size();
        const std::size_t most = function.parameters.size();
        if (count >= function.required && (function.is_variadic || count <= most)) return true;
        const std::string wanted = function.is_variadic        ? fmt::format("at least {}", function.required)
                                   : function.required == most ? std::to_string(most)
                                                               : fmt::format("{} to {}", function.required, most);
        diagnostics_.error(DiagnosticCode::query_binding_error, call.name.span,
                           fmt::format("{} takes {} argument{}, not {}", upper_case(function.name), wanted,
                                       wanted == "1" || wanted == "at least 1" ? "" : "s", count));
        return false;
    }

    /// Whether there is here what the function is about.
    bool check_place(const ValueFunction& function, const ast::FunctionCall& call) {
        const auto refuse_call = [&](std::string_view why, std::string_view hint) {
            diagnostics_.error(
                DiagnosticCode::option_not_applicable, call.name.span,
                fmt::format("option \"{}\" cannot call {}(): {}", option_.name, upper_case(function.name), why),
                std::string(hint));
            return false;
        };
        const auto& placeholders = option_.facts.placeholders;
        if (function.operation == Operation::next_id && !option_.facts.in_session)
            return refuse_call("it counts what is sent in a session", "UUID() is new each time, too");
        if (function.operation == Operation::resume &&
            std::find(placeholders.begin(), placeholders.end(), "resume") == placeholders.end())
            return refuse_call("it is not about a position in a feed", "");
        if (function.operation == Operation::received && !place_.has_received)
            return refuse_call(
                "no message has come before it",
                "it is for what answers a message: steps of handshake after one with expect, and replies");
        return true;
    }

    Bound bind_call(const ValueFunction& function, const ast::FunctionCall& call) {
        ComputedExpression bound = make(function.operation, function.result, upper_case(function.name), {});
        if (function.operation == Operation::received && call.arguments.empty())
            return make(Operation::received_message, Type::varchar, bound.text, {});
        bool good = true;
        std::vector<Type> types;
        for (std::size_t index = 0; index < call.arguments.size(); ++index) {
            const ast::Expression& written = call.arguments[index].value;
            const ParameterKind kind = function.parameters[std::min(index, function.parameters.size() - 1)];
            if (kind == ParameterKind::constant) {
                good = read_constant(function, written, bound) && good;
                continue;
            }
            Bound operand = bind(written);
            good = operand && good &&
                   fits(*operand, kind, written.span,
                        call.arguments.size() == 1 ? fmt::format("the argument of {}", bound.text)
                                                   : fmt::format("argument {} of {}", index + 1, bound.text));
            if (!operand) continue;
            types.push_back(operand->type);
            bound.operands.push_back(std::move(*operand));
        }
        if (!good) return std::nullopt;
        if (function.operation == Operation::coalesce) {
            const std::optional<Type> type = common_type(types);
            if (!type)
                return refuse(DiagnosticCode::query_type_error, call.name.span,
                              "COALESCE has a BLOB here and something else there",
                              "ENCODE(text) makes a BLOB of a text");
            bound.type = *type;
        }
        return bound;
    }

    /// The name of a secret, the path of RECEIVED, the format of STRFTIME.
    bool read_constant(const ValueFunction& function, const ast::Expression& written, ComputedExpression& bound) {
        const auto* literal = std::get_if<ast::Literal>(&written.node);
        if (literal == nullptr || literal->kind != ast::LiteralKind::string) {
            diagnostics_.error(DiagnosticCode::query_type_error, written.span,
                               fmt::format("{} takes a text that is written out here", bound.text),
                               function.operation == Operation::secret ? "for example SECRET('api_token')" : "");
            return false;
        }
        if (function.operation == Operation::secret) {
            bound.text = literal->text;
            if (is_secret_name(literal->text)) return true;
            diagnostics_.error(DiagnosticCode::invalid_secret_reference, written.span,
                               fmt::format("\"{}\" is not the name of a secret", literal->text),
                               "names have letters, digits, \"_\", \"-\" and \".\"");
            return false;
        }
        if (function.operation == Operation::strftime) {
            bound.path = {literal->text};
            return true;
        }
        const auto steps = parse_json_place(literal->text);
        if (!steps || !is_path(literal->text)) {
            diagnostics_.error(DiagnosticCode::option_not_allowed_value, written.span,
                               fmt::format("\"{}\" is not a path to a JSON value", literal->text),
                               "for example '$.nonce' or '$[1]'");
            return false;
        }
        bound.text = fmt::format("RECEIVED({})", quoted_sql(literal->text));
        bound.path = *steps;
        return true;
    }

    Bound bind_node(const auto&, SourceSpan span) {
        return refuse(DiagnosticCode::query_error, span, "expressions of options do not have this form",
                      std::string(list_hint));
    }

    const OptionDeclaration& option_;
    ExpressionPlace place_;
    Diagnostics& diagnostics_;
};

}  // namespace

std::optional<ComputedText> bind_computed_text(const OptionDeclaration& option, const ast::OptionValue& value,
                                               ExpressionPlace place, Diagnostics& diagnostics) {
    Bound bound = ExpressionBinder(option, place, diagnostics).bind(value);
    if (!bound) return std::nullopt;
    const bool is_text = option.facts.rule == TextRule::headers || option.facts.rule == TextRule::websocket_url;
    if (is_text && bound->type == Type::blob) {
        diagnostics.error(DiagnosticCode::query_type_error, value.span,
                          fmt::format("option \"{}\" must be a text, not a BLOB", option.name),
                          "BASE64(blob) and HEX(blob) make a text of it");
        return std::nullopt;
    }
    return ComputedText(std::move(*bound), write_option_value(value));
}

}  // namespace laminar
