// What of an expression follows its first operand: operators, tests, casts, indexes.
#include <fmt/format.h>

#include <variant>

#include "parser/write/sql_writer_binding.h"
#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

/// Relations DuckDB accepts after IN without parentheses.
bool is_bare_list(const ast::Expression& list) {
    return std::holds_alternative<ast::ColumnReference>(list.node) ||
           std::holds_alternative<ast::FunctionCall>(list.node) ||
           std::holds_alternative<ast::ListLiteral>(list.node) || std::holds_alternative<ast::MapLiteral>(list.node) ||
           std::holds_alternative<ast::Case>(list.node);
}

/// After BETWEEN and before its AND, DuckDB takes arithmetic but neither COLLATE nor AT TIME ZONE nor tests.
bool is_arithmetic(const ast::Expression& expression) {
    const ast::Expression* current = &expression;
    while (current != nullptr) {
        if (const auto* binary = std::get_if<ast::Binary>(&current->node)) {
            if (!is_arithmetic(*binary->right)) return false;
            current = &*binary->left;
        } else if (const auto* unary = std::get_if<ast::Unary>(&current->node)) {
            current = &*unary->operand;
        } else {
            return binding_of(*current, SqlDialect::duckdb) >= Binding::cast;
        }
    }
    return true;
}

}  // namespace

void SqlWriterPass::write_tail(const ast::Binary& binary) {
    put(" ");
    // DuckDB reads == as an operator that binds like ||.
    put(binary.op.is(ast::OperatorKind::equal) && dialect_ == SqlDialect::duckdb ? "=" : binary.op.text(),
        binary.op_span);
    put(" ");
    write_expression(*binary.right, required_of_right_operand(binary));
}

void SqlWriterPass::write_tail(const ast::Cast& cast) {
    put("::");
    write_type(cast.type);
}

void SqlWriterPass::write_tail(const ast::In& in) {
    put(in.negated ? " NOT IN " : " IN ");
    if (in.query) return write_nested_query(*in.query);
    if (in.list) {
        const bool bare = dialect_ == SqlDialect::laminar || is_bare_list(*in.list);
        // In parentheses it would be a list of one list; CASE is the bracket DuckDB takes here.
        if (!bare) put("CASE WHEN TRUE THEN ");
        write_expression(*in.list, bare ? Binding::other_operator : Binding::any);
        if (!bare) put(" END");
        return;
    }
    put("(");
    write_expressions(in.values);
    put(")");
}

void SqlWriterPass::write_tail(const ast::Between& between) {
    put(between.negated ? " NOT BETWEEN " : " BETWEEN ");
    write_expression(*between.low, is_arithmetic(*between.low) ? Binding::other_operator : Binding::primary);
    put(" AND ");
    write_expression(*between.high, Binding::other_operator);
}

void SqlWriterPass::write_tail(const ast::Like& like) {
    const bool negated_before = like.op == "GLOB" && dialect_ == SqlDialect::duckdb;
    put(like.negated && !negated_before ? " NOT " : " ");
    put(like.op);
    put(" ");
    write_expression(*like.pattern, Binding::other_operator);
    if (like.escape) {
        put(" ESCAPE ");
        write_expression(*like.escape, Binding::other_operator);
    }
}

void SqlWriterPass::write_tail(const ast::Is& is) {
    put(is.negated ? " IS NOT " : " IS ");
    switch (is.test) {
        case ast::Is::Test::null:
            put("NULL");
            break;
        case ast::Is::Test::true_value:
            put("TRUE");
            break;
        case ast::Is::Test::false_value:
            put("FALSE");
            break;
        case ast::Is::Test::unknown:
            put("UNKNOWN");
            break;
        case ast::Is::Test::distinct_from:
            put("DISTINCT FROM ");
            write_expression(*is.right, Binding::other_operator);
            break;
    }
}

void SqlWriterPass::write_tail(const ast::Quantified& quantified) {
    const bool equals = quantified.op.is(ast::OperatorKind::equal) && dialect_ == SqlDialect::duckdb;
    put(fmt::format(" {} {} ", equals ? "=" : quantified.op.text(), quantified.quantifier));
    if (quantified.query) return write_nested_query(*quantified.query);
    put("(");
    write_expression(*quantified.list);
    put(")");
}

void SqlWriterPass::write_tail(const ast::Subscript& subscript) {
    const auto write_part = [this](const ast::ExpressionBox& part) {
        if (part) write_expression(*part, Binding::other_operator);
    };
    put("[");
    write_part(subscript.begin);
    if (subscript.slice) {
        put(":");
        // Between the colons of an open end DuckDB wants a "-"; both would read "::" as a cast.
        if (subscript.step && !subscript.end) put(dialect_ == SqlDialect::duckdb ? "-" : " ");
        write_part(subscript.end);
        if (subscript.step) put(":");
        write_part(subscript.step);
    }
    put("]");
}

void SqlWriterPass::write_tail(const ast::FieldAccess& access) {
    put(".");
    write_name(access.field);
}

void SqlWriterPass::write_tail(const ast::Collate& collate) {
    put(" COLLATE ");
    write_qualified_name(collate.collation);
}

void SqlWriterPass::write_tail(const ast::AtTimeZone& at) {
    put(" AT TIME ZONE ");
    write_expression(*at.zone, Binding::collation);
}

}  // namespace laminar
