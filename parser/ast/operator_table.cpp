#include "parser/ast/operator_table.h"

#include "LaminarLexer.h"

namespace laminar {

Precedence infix_precedence(std::size_t token_type) {
    using Lexer = ::LaminarLexer;
    switch (token_type) {
        case Lexer::OR:
            return Precedence::disjunction;
        case Lexer::AND:
            return Precedence::conjunction;
        case Lexer::IS:
        case Lexer::ISNULL:
        case Lexer::NOTNULL:
            return Precedence::is_test;
        case Lexer::EQUAL:
        case Lexer::EQUAL_EQUAL:
        case Lexer::NOT_EQUAL:
        case Lexer::LESS:
        case Lexer::LESS_EQUAL:
        case Lexer::GREATER:
        case Lexer::GREATER_EQUAL:
            return Precedence::comparison;
        case Lexer::NOT:
        case Lexer::IN:
        case Lexer::BETWEEN:
        case Lexer::LIKE:
        case Lexer::ILIKE:
        case Lexer::GLOB:
        case Lexer::SIMILAR:
            return Precedence::pattern;
        case Lexer::ARROW:
        case Lexer::LONG_ARROW:
        case Lexer::TILDE:
        case Lexer::OTHER_OPERATOR:
            return Precedence::other_operator;
        case Lexer::PLUS:
        case Lexer::MINUS:
            return Precedence::sum;
        case Lexer::STAR:
        case Lexer::SLASH:
        case Lexer::SLASH_SLASH:
        case Lexer::PERCENT_OPERATOR:
            return Precedence::product;
        case Lexer::POWER:
            return Precedence::power;
        case Lexer::AT:
            return Precedence::time_zone;
        case Lexer::COLLATE:
            return Precedence::collation;
        default:
            return Precedence::none;
    }
}

Precedence prefix_precedence(std::size_t token_type) {
    using Lexer = ::LaminarLexer;
    switch (token_type) {
        case Lexer::NOT:
            return Precedence::negation;
        case Lexer::TILDE:
        case Lexer::AT_SIGN:
            return tighter(Precedence::other_operator);
        default:
            return Precedence::sign;
    }
}

}  // namespace laminar
