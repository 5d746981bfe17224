// Expressions, and what of them begins with a token of its own (write_node).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <variant>

#include "parser/text/ascii.h"
#include "parser/tokens/keywords.h"
#include "parser/write/sql_writer_binding.h"
#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

struct SpineEntry {
    const ast::Expression* expression = nullptr;
    bool in_parentheses = false;
};

/// X'0aff' as DuckDB has it: BLOB '\x0A\xFF'.
std::string duckdb_blob(std::string_view digits) {
    std::string text = "BLOB '";
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        text += "\\x";
        text += digits.substr(i, 2);
    }
    text += '\'';
    return text;
}

/// Standard functions that are called without parentheses; DuckDB knows no other way for these.
bool is_bare_call(const ast::FunctionCall& call) {
    if (call.name.parts.size() != 1 || !call.arguments.empty() || call.name.parts.front().quoted) return false;
    constexpr auto names = std::to_array<std::string_view>(
        {"current_catalog", "current_role", "current_timestamp", "localtime", "localtimestamp", "session_user"});
    return std::find(names.begin(), names.end(), fold_case(call.name.parts.front().text)) != names.end();
}

/// ARRAY (query) is a syntax, not a function; null for other calls.
const ast::Query* array_query(const ast::FunctionCall& call) {
    if (call.name.parts.size() != 1 || call.arguments.size() != 1 || call.name.parts.front().quoted) return nullptr;
    if (fold_case(call.name.parts.front().text) != "array") return nullptr;
    const auto* subquery = std::get_if<ast::Subquery>(&call.arguments.front().value.node);
    return subquery == nullptr ? nullptr : &*subquery->query;
}

}  // namespace

void SqlWriterPass::write_expression(const ast::Expression& expression, Binding required) {
    // A chain of 5,000 ANDs is a spine of first operands. It is walked down, then written upwards.
    std::vector<SpineEntry> spine;
    for (const ast::Expression* current = &expression; current != nullptr;) {
        spine.push_back({current, binding_of(*current, dialect_) < required});
        required = required_of_first_operand(*current);
        current = first_operand(*current);
    }
    for (const SpineEntry& entry : spine) {
        const OriginScope scope(*this, entry.expression->span);
        if (entry.in_parentheses) put("(");
        write_prefix(*entry.expression);
    }
    for (auto entry = spine.rbegin(); entry != spine.rend(); ++entry) {
        const OriginScope scope(*this, entry->expression->span);
        if (entry == spine.rbegin()) {
            write_primary(*entry->expression);
        } else {
            write_suffix(*entry->expression);
        }
        if (entry->in_parentheses) put(")");
    }
}

void SqlWriterPass::write_primary(const ast::Expression& expression) {
    std::visit(
        [this](const auto& node) {
            if constexpr (requires { write_node(node); }) write_node(node);
        },
        expression.node);
}

/// DuckDB lacks NOT GLOB.
void SqlWriterPass::write_prefix(const ast::Expression& expression) {
    const auto* like = std::get_if<ast::Like>(&expression.node);
    if (like != nullptr && like->negated && like->op == "GLOB" && dialect_ == SqlDialect::duckdb) put("NOT ");
}

void SqlWriterPass::write_suffix(const ast::Expression& expression) {
    std::visit(
        [this](const auto& node) {
            if constexpr (requires { write_tail(node); }) write_tail(node);
        },
        expression.node);
}

void SqlWriterPass::write_expressions(const std::vector<ast::Expression>& expressions) {
    write_list(expressions, [this](const ast::Expression& expression) { write_expression(expression); });
}

void SqlWriterPass::write_key_values(const std::vector<ast::KeyValue>& entries, std::string_view separator) {
    write_list(entries, [&](const ast::KeyValue& entry) {
        write_expression(entry.key, Binding::disjunction);
        put(separator);
        write_expression(entry.value, Binding::disjunction);
    });
}

void SqlWriterPass::write_node(const ast::Literal& literal) {
    switch (literal.kind) {
        case ast::LiteralKind::null:
            put("NULL");
            break;
        case ast::LiteralKind::boolean:
            put(literal.text == "true" ? "TRUE" : "FALSE");
            break;
        case ast::LiteralKind::integer:
        case ast::LiteralKind::decimal:
        case ast::LiteralKind::real:
            put(literal.text);
            break;
        case ast::LiteralKind::string:
            put(quote_string(literal.text));
            break;
        case ast::LiteralKind::blob:
            put(dialect_ == SqlDialect::duckdb ? duckdb_blob(literal.text) : fmt::format("X'{}'", literal.text));
            break;
    }
}

void SqlWriterPass::write_node(const ast::IntervalLiteral& interval) {
    put("INTERVAL ");
    const auto* literal = std::get_if<ast::Literal>(&interval.value->node);
    const bool plain = literal != nullptr && (literal->kind == ast::LiteralKind::string ||
                                              (literal->kind == ast::LiteralKind::integer &&
                                               literal->text.find_first_not_of("0123456789") == std::string::npos));
    const bool bracketed = std::holds_alternative<ast::Parenthesized>(interval.value->node);
    write_expression(*interval.value, plain || bracketed ? Binding::any : Binding::never);
    if (!interval.unit.empty()) put(fmt::format(" {}", interval.unit));
}

void SqlWriterPass::write_node(const ast::TypedLiteral& literal) {
    const ast::TypeName& type = literal.type;
    const bool one_word = type.values.empty() && type.fields.empty() && type.dimensions.empty() &&
                          type.modifiers.empty() && is_plain_word(type.name);
    if (!one_word) put("CAST(");
    if (one_word) {
        write_type(type);
        put(" ");
    }
    put(quote_string(literal.text));
    if (!one_word) {
        put(" AS ");
        write_type(type);
        put(")");
    }
}

void SqlWriterPass::write_node(const ast::ColumnReference& column) {
    bool first = true;
    for (const ast::Identifier& part : column.parts) {
        if (!first) put(".");
        first = false;
        write_name(part);
    }
}

void SqlWriterPass::write_node(const ast::Star& star) {
    for (const ast::Identifier& part : star.qualifier) {
        write_name(part);
        put(".");
    }
    put("*");
    if (!star.exclude.empty()) {
        put(" EXCLUDE (");
        write_list(star.exclude, [this](const ast::QualifiedName& name) { write_qualified_name(name); });
        put(")");
    }
    if (!star.replace.empty()) {
        put(" REPLACE (");
        write_list(star.replace, [this](const ast::Star::Replacement& replacement) {
            write_expression(replacement.value);
            put(" AS ");
            write_name(replacement.name);
        });
        put(")");
    }
    if (!star.rename.empty()) {
        put(" RENAME (");
        write_list(star.rename, [this](const auto& renaming) {
            write_qualified_name(renaming.first);
            put(" AS ");
            write_name(renaming.second);
        });
        put(")");
    }
}

void SqlWriterPass::write_node(const ast::Unary& unary) {
    const bool word = unary.op.is(ast::OperatorKind::negation);
    const bool sign = is_sum(unary.op.kind());
    put(unary.op.text());
    // The space keeps "@ -5" from reading as the operator "@-". A sign on a sign is bracketed: "--" begins a comment.
    if (!sign) put(" ");
    if (word) {
        write_expression(*unary.operand, Binding::negation);
    } else {
        write_expression(*unary.operand, sign ? Binding::cast : Binding::sign);
    }
}

void SqlWriterPass::write_function_name(const ast::QualifiedName& name) {
    const OriginScope scope(*this, name.span);
    if (name.parts.size() != 1) return write_qualified_name(name);
    const ast::Identifier& word = name.parts.front();
    const bool bare =
        !word.quoted && is_plain_word(word.text) && (is_function_word(word.text) || dialect_ == SqlDialect::laminar);
    put(bare ? word.text : always_quote_identifier(word.text), word.span);
}

void SqlWriterPass::write_argument(const ast::FunctionArgument& argument) {
    if (argument.name) {
        const bool keyword = classify_keyword(argument.name->text) == KeywordClass::column_name;
        if (keyword) {
            put(always_quote_identifier(argument.name->text), argument.name->span);
        } else {
            write_name(*argument.name);
        }
        put(" := ");
    }
    write_expression(argument.value);
}

void SqlWriterPass::write_node(const ast::FunctionCall& call) {
    if (const ast::Query* query = array_query(call)) {
        put("ARRAY", call.name.span);
        return write_nested_query(*query);
    }
    write_function_name(call.name);
    if (is_bare_call(call)) return;
    put(call.distinct ? "(DISTINCT " : "(");
    write_list(call.arguments, [this](const ast::FunctionArgument& argument) { write_argument(argument); });
    if (!call.order_by.empty()) {
        put(" ORDER BY ");
        write_order_items(call.order_by);
    }
    if (call.ignore_nulls) put(" IGNORE NULLS");
    if (call.respect_nulls) put(" RESPECT NULLS");
    put(")");
    if (!call.within_group.empty()) {
        put(" WITHIN GROUP (ORDER BY ");
        write_order_items(call.within_group);
        put(")");
    }
    if (call.filter) {
        put(" FILTER (WHERE ");
        write_expression(*call.filter);
        put(")");
    }
    if (call.over) {
        put(" OVER ");
        write_window(*call.over);
    }
}

void SqlWriterPass::write_node(const ast::Case& conditional) {
    put("CASE");
    if (conditional.operand) {
        put(" ");
        write_expression(*conditional.operand);
    }
    for (const ast::CaseBranch& branch : conditional.branches) {
        put(" WHEN ");
        write_expression(branch.condition);
        put(" THEN ");
        write_expression(branch.result);
    }
    if (conditional.otherwise) {
        put(" ELSE ");
        write_expression(*conditional.otherwise);
    }
    put(" END");
}

void SqlWriterPass::write_node(const ast::Cast& cast) {
    put(cast.style == ast::Cast::Style::try_cast ? "TRY_CAST(" : "CAST(");
    write_expression(*cast.operand);
    put(" AS ");
    write_type(cast.type);
    put(")");
}

void SqlWriterPass::write_node(const ast::Exists& exists) {
    put(exists.negated ? "NOT EXISTS " : "EXISTS ");
    write_nested_query(*exists.query);
}

void SqlWriterPass::write_node(const ast::Subquery& subquery) { write_nested_query(*subquery.query); }

void SqlWriterPass::write_node(const ast::Extract& extract) {
    put("EXTRACT(");
    put(is_plain_word(extract.field) ? extract.field : quote_string(extract.field));
    put(" FROM ");
    write_expression(*extract.operand);
    put(")");
}

void SqlWriterPass::write_node(const ast::ListLiteral& list) {
    put("[");
    write_expressions(list.elements);
    put("]");
}

void SqlWriterPass::write_node(const ast::ListComprehension& comprehension) {
    put("[");
    write_expression(*comprehension.element, Binding::disjunction);
    put(" FOR ");
    write_list(comprehension.variables, [this](const ast::Identifier& name) { write_name(name); });
    put(" IN ");
    write_expression(*comprehension.list, Binding::other_operator);
    if (comprehension.condition) {
        put(" IF ");
        write_expression(*comprehension.condition);
    }
    put("]");
}

void SqlWriterPass::write_node(const ast::MapLiteral& map) {
    put("MAP {");
    write_key_values(map.entries, ": ");
    put("}");
}

void SqlWriterPass::write_node(const ast::StructLiteral& structure) {
    put("{");
    write_key_values(structure.entries, ": ");
    put("}");
}

void SqlWriterPass::write_node(const ast::JsonObject& object) {
    const bool engine = dialect_ == SqlDialect::duckdb;
    put(engine ? "json_object(" : "JSON_OBJECT(");
    write_key_values(object.entries, engine ? ", " : ": ");
    put(")");
}

void SqlWriterPass::write_node(const ast::Tuple& tuple) {
    // (a) alone would be a, not a tuple of one.
    put(tuple.row_keyword || tuple.elements.size() < 2 ? "ROW(" : "(");
    write_expressions(tuple.elements);
    put(")");
}

void SqlWriterPass::write_node(const ast::Lambda& lambda) {
    put("LAMBDA ");
    write_list(lambda.parameters, [this](const ast::Identifier& name) { write_name(name); });
    put(": ");
    write_expression(*lambda.body);
}

void SqlWriterPass::write_node(const ast::Parenthesized& parenthesized) {
    put("(");
    write_expression(*parenthesized.inner);
    put(")");
}

}  // namespace laminar
