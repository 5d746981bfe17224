#include "parser/ast/builders.h"

#include <string>
#include <utility>

namespace laminar {

ast::Identifier make_identifier(std::string_view text, SourceSpan span) {
    ast::Identifier identifier;
    identifier.text = text;
    identifier.span = span;
    return identifier;
}

ast::Expression make_string(std::string_view text, SourceSpan span) {
    return {span, ast::Literal{ast::LiteralKind::string, std::string(text)}};
}

ast::Expression make_number(std::uint64_t value) {
    return {{}, ast::Literal{ast::LiteralKind::integer, std::to_string(value)}};
}

ast::Expression make_column(std::string_view relation, std::string_view name, SourceSpan span) {
    ast::ColumnReference reference;
    if (!relation.empty()) reference.parts.push_back(make_identifier(relation, span));
    reference.parts.push_back(make_identifier(name, span));
    return {span, std::move(reference)};
}

ast::Expression make_call(std::string_view name, std::vector<ast::Expression> arguments, SourceSpan span) {
    ast::FunctionCall call;
    call.name.parts.push_back(make_identifier(name, span));
    call.name.span = span;
    for (ast::Expression& argument : arguments)
        call.arguments.push_back(ast::FunctionArgument{std::nullopt, std::move(argument)});
    return {span, std::move(call)};
}

ast::Expression make_cast(ast::Expression operand, std::string_view type, SourceSpan span) {
    ast::Cast cast;
    cast.operand = std::move(operand);
    cast.type.name = type;
    cast.type.span = span;
    return {span, std::move(cast)};
}

ast::Expression make_binary(ast::Expression left, ast::Operator op, ast::Expression right) {
    const SourceSpan span = left.span;
    ast::Binary binary;
    binary.op = std::move(op);
    binary.op_span = span;
    binary.left = std::move(left);
    binary.right = std::move(right);
    return {span, std::move(binary)};
}

ast::Expression make_struct_field(ast::Expression structure, std::string_view field) {
    const SourceSpan span = structure.span;
    return make_call("struct_extract", {std::move(structure), make_string(field, span)}, span);
}

ast::StructLiteral window_structure(const ast::TimeWindow& window, SourceSpan span) {
    ast::TimeWindow first = window;
    first.part = ast::TimeWindow::Part::start;
    const ast::Expression start{span, std::move(first)};
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", span), start});
    structure.entries.push_back({make_string("end", span), make_binary(start, ast::OperatorKind::add, *window.size)});
    return structure;
}

}  // namespace laminar
