#include "parse_support.h"

namespace laminar::test {
namespace {

std::string boxed(const ast::ExpressionBox& box) { return box ? shape(*box) : std::string(); }

std::string listed(const std::vector<ast::Expression>& expressions) {
    std::string text;
    for (const ast::Expression& expression : expressions) text += (text.empty() ? "" : " ") + shape(expression);
    return text;
}

struct Shape {
    const ast::Expression& whole;

    std::string operator()(const ast::Unary& node) const {
        return "[" + node.op.text() + " " + boxed(node.operand) + "]";
    }
    std::string operator()(const ast::Binary& node) const {
        return "[" + boxed(node.left) + " " + node.op.text() + " " + boxed(node.right) + "]";
    }
    std::string operator()(const ast::Between& node) const {
        return "[" + boxed(node.operand) + (node.negated ? " NOT" : "") + " BETWEEN " + boxed(node.low) + " AND " +
               boxed(node.high) + "]";
    }
    std::string operator()(const ast::Like& node) const {
        return "[" + boxed(node.operand) + (node.negated ? " NOT " : " ") + node.op + " " + boxed(node.pattern) +
               (node.escape ? " ESCAPE " + boxed(node.escape) : "") + "]";
    }
    std::string operator()(const ast::Is& node) const {
        static constexpr const char* tests[] = {"NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT FROM "};
        return "[" + boxed(node.operand) + " IS " + (node.negated ? "NOT " : "") + tests[static_cast<int>(node.test)] +
               boxed(node.right) + "]";
    }
    std::string operator()(const ast::In& node) const {
        std::string right = node.query  ? "query"
                            : node.list ? "list " + boxed(node.list)
                                        : "(" + listed(node.values) + ")";
        return "[" + boxed(node.operand) + (node.negated ? " NOT" : "") + " IN " + right + "]";
    }
    std::string operator()(const ast::Cast& node) const {
        return "[" + boxed(node.operand) + " :: " + write_type(node.type) + "]";
    }
    std::string operator()(const ast::Parenthesized& node) const { return "(" + boxed(node.inner) + ")"; }
    std::string operator()(const ast::Collate& node) const { return "[" + boxed(node.operand) + " COLLATE]"; }
    std::string operator()(const ast::AtTimeZone& node) const {
        return "[" + boxed(node.operand) + " AT " + boxed(node.zone) + "]";
    }
    std::string operator()(const ast::Subscript& node) const {
        return "[" + boxed(node.operand) + " at " + boxed(node.begin) + "]";
    }
    std::string operator()(const ast::FieldAccess& node) const {
        return "[" + boxed(node.operand) + " field " + node.field.text + "]";
    }
    std::string operator()(const ast::Lambda& node) const { return "[lambda " + boxed(node.body) + "]"; }
    std::string operator()(const ast::Exists& node) const { return node.negated ? "[NOT EXISTS]" : "[EXISTS]"; }
    std::string operator()(const ast::Subquery&) const { return "query"; }
    std::string operator()(const ast::Quantified& node) const {
        return "[" + boxed(node.operand) + " " + node.op.text() + " " + node.quantifier + "]";
    }
    std::string operator()(const ast::FunctionCall& node) const {
        std::string text = node.name.parts.back().text + "(";
        for (const auto& argument : node.arguments) text += (text.back() == '(' ? "" : " ") + shape(argument.value);
        return text + ")";
    }
    std::string operator()(const ast::ColumnReference& node) const {
        std::string text;
        for (const auto& part : node.parts) text += (text.empty() ? "" : ".") + part.text;
        return text;
    }
    template <class Other>
    std::string operator()(const Other&) const {
        return write_expression(whole).text;
    }
};

}  // namespace

std::string shape(const ast::Expression& expression) { return std::visit(Shape{expression}, expression.node); }

}  // namespace laminar::test
