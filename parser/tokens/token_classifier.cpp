#include "parser/tokens/token_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "LaminarLexer.h"
#include "parser/text/ascii.h"
#include "parser/text/interval_unit.h"

namespace laminar {
namespace {

using Lexer = ::LaminarLexer;
constexpr std::size_t no_match = static_cast<std::size_t>(-1);

bool is_any_of(std::size_t type, std::initializer_list<std::size_t> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_comparison(std::size_t type) {
    return is_any_of(type, {Lexer::EQUAL, Lexer::EQUAL_EQUAL, Lexer::NOT_EQUAL, Lexer::LESS, Lexer::LESS_EQUAL,
                            Lexer::GREATER, Lexer::GREATER_EQUAL});
}

/// After these an operand must follow, so END is a name there.
bool needs_operand(std::size_t type) {
    return (type >= Lexer::EQUAL && type <= Lexer::OTHER_OPERATOR) ||
           is_any_of(type,
                     {Lexer::CASE, Lexer::WHEN, Lexer::THEN, Lexer::ELSE, Lexer::AND, Lexer::OR, Lexer::NOT,
                      Lexer::COMMA, Lexer::OPEN, Lexer::BETWEEN, Lexer::LIKE, Lexer::ILIKE, Lexer::IN, Lexer::AS});
}

}  // namespace

SourceSpan span_of(const antlr4::Token& token) {
    const auto begin = static_cast<std::uint32_t>(token.getStartIndex());
    if (token.getType() == antlr4::Token::EOF) return {begin, begin};
    return {begin, static_cast<std::uint32_t>(token.getStopIndex() + 1)};
}

bool is_keyword(std::size_t token_type) { return token_type >= Lexer::ALL && token_type <= Lexer::ZONE; }

TokenClassifier::TokenClassifier(TokenList& tokens, std::string_view text, std::size_t max_nesting)
    : tokens_(tokens), text_(text), max_nesting_(max_nesting) {}

std::size_t TokenClassifier::type(std::size_t index) const {
    return index < tokens_.size() ? tokens_[index]->getType() : antlr4::Token::EOF;
}

std::size_t TokenClassifier::type_before(std::size_t index, std::size_t distance) const {
    return index >= distance ? type(index - distance) : antlr4::Token::EOF;
}

void TokenClassifier::set_type(std::size_t index, std::size_t new_type) {
    static_cast<antlr4::CommonToken&>(*tokens_[index]).setType(new_type);
}

std::string_view TokenClassifier::text_of(std::size_t index) const {
    const SourceSpan span = span_of(*tokens_[index]);
    return text_.substr(span.begin, span.end - span.begin);
}

bool TokenClassifier::is_word(std::size_t index) const {
    const std::size_t own = type(index);
    return is_keyword(own) || own == Lexer::IDENTIFIER || own == Lexer::QUOTED_IDENTIFIER;
}

std::optional<LexicalFault> TokenClassifier::classify() {
    mark_type_arguments();
    match_brackets();
    mark_queries();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        if (auto fault = check_form(i)) return fault;
        const std::size_t own = type(i);
        if (is_any_of(own, {Lexer::OPEN, Lexer::OPEN_QUERY, Lexer::OPEN_BRACKET, Lexer::OPEN_BRACE})) {
            ++depth_;
        } else if (is_any_of(own, {Lexer::CLOSE, Lexer::CLOSE_BRACKET, Lexer::CLOSE_BRACE})) {
            depth_ -= depth_ > 0 ? 1 : 0;
            while (!depth_of_open_case_.empty() && depth_of_open_case_.back() > depth_) depth_of_open_case_.pop_back();
        } else if (own == Lexer::PERCENT_OPERATOR) {
            if (is_any_of(type(i + 1), {antlr4::Token::EOF, Lexer::CLOSE, Lexer::OFFSET}))
                set_type(i, Lexer::PERCENT_SIGN);
        } else if (is_keyword(own)) {
            classify_word(i);
        } else if (own == Lexer::IDENTIFIER && makes_type_unsigned(i)) {
            set_type(i, Lexer::UNSIGNED);
        }
        if (depth_ + depth_of_open_case_.size() > max_nesting_) {
            return LexicalFault{DiagnosticCode::nesting_too_deep, span_of(*tokens_[i]),
                                fmt::format("expressions are nested more than {} deep", max_nesting_),
                                "split the statement with WITH or views"};
        }
    }
    return std::nullopt;
}

std::optional<LexicalFault> TokenClassifier::check_form(std::size_t index) const {
    const std::size_t own = type(index);
    const SourceSpan span = span_of(*tokens_[index]);
    if (own == Lexer::MALFORMED_NUMBER) {
        return LexicalFault{DiagnosticCode::invalid_literal, span,
                            fmt::format("\"{}\" is not a number", text_of(index)),
                            "a name cannot begin with a digit; quote it with \" if it is one"};
    }
    if (own == Lexer::BLOB) {
        const std::string_view digits = text_of(index).substr(2, text_of(index).size() - 3);
        const bool hexadecimal = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        if (digits.size() % 2 != 0 || !hexadecimal) {
            return LexicalFault{DiagnosticCode::invalid_literal, span,
                                "a binary string is an even number of hexadecimal digits", "for example X'00FF'"};
        }
    }
    if (own == Lexer::QUOTED_IDENTIFIER && span.end - span.begin == 2) {
        return LexicalFault{DiagnosticCode::syntax_error, span, "a quoted name cannot be empty",
                            "an empty string is written ''"};
    }
    if (own != Lexer::UNKNOWN_CHARACTER) return std::nullopt;
    const std::string_view character = text_of(index);
    std::string hint;
    if (character == "`") hint = "names are quoted with \"";
    if (character == "?" || character == "$") hint = "parameters are not supported; write the value";
    if (character == "!") hint = "not equal is <> or !=; negation is NOT";
    if (character == "\\") hint = "commands of the shell begin a line";
    const auto first = static_cast<unsigned char>(character.front());
    const std::string name = first < 0x20 || first == 0x7F ? fmt::format("control character U+{:04X}", first)
                                                           : fmt::format("character \"{}\"", character);
    return LexicalFault{DiagnosticCode::syntax_error, span, fmt::format("the {} has no meaning here", name),
                        std::move(hint)};
}

void TokenClassifier::match_brackets() {
    match_.assign(tokens_.size(), no_match);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
        const std::size_t own = type(i);
        if (is_any_of(own, {Lexer::OPEN, Lexer::OPEN_BRACKET, Lexer::OPEN_BRACE})) {
            open.push_back(i);
        } else if (is_any_of(own, {Lexer::CLOSE, Lexer::CLOSE_BRACKET, Lexer::CLOSE_BRACE}) && !open.empty()) {
            match_[open.back()] = i;
            open.pop_back();
        }
    }
}

bool TokenClassifier::starts_query(std::size_t index) const {
    const std::size_t own = type(index);
    if (own == Lexer::VALUES) return type(index + 1) == Lexer::OPEN || type(index + 1) == Lexer::OPEN_QUERY;
    // (from = 1) is a list of options.
    return is_any_of(own, {Lexer::SELECT, Lexer::WITH, Lexer::FROM}) && type(index + 1) != Lexer::EQUAL;
}

/// From the last parenthesis to the first, so that the inner one is known when the outer one asks: ((SELECT 1) UNION
/// ... opens a query twice, ((SELECT 1) + 1) once.
void TokenClassifier::mark_queries() {
    for (std::size_t i = tokens_.size(); i-- > 0;) {
        if (type(i) != Lexer::OPEN) continue;
        bool query = starts_query(i + 1);
        if (type(i + 1) == Lexer::OPEN_QUERY && match_[i + 1] != no_match) {
            const std::size_t after = match_[i + 1] + 1;
            query =
                after == match_[i] || is_any_of(type(after), {Lexer::UNION, Lexer::INTERSECT, Lexer::EXCEPT,
                                                              Lexer::ORDER, Lexer::LIMIT, Lexer::OFFSET, Lexer::FETCH});
        }
        if (query) set_type(i, Lexer::OPEN_QUERY);
    }
}

void TokenClassifier::classify_word(std::size_t index) {
    const std::size_t own = type(index);
    if (type_before(index) == Lexer::DOT) return set_type(index, Lexer::IDENTIFIER);
    if (own == Lexer::CASE) {
        depth_of_open_case_.push_back(depth_);
    } else if (own == Lexer::END && ends_case(index)) {
        depth_of_open_case_.pop_back();
    } else if (own == Lexer::ALL || own == Lexer::ANY || own == Lexer::SOME) {
        const bool list = type(index + 1) == Lexer::OPEN || type(index + 1) == Lexer::OPEN_QUERY;
        if (list && is_comparison(type_before(index))) {
            set_type(index, Lexer::QUANTIFIER);
        } else if (own != Lexer::ALL) {
            set_type(index, Lexer::IDENTIFIER);
        }
    } else if (own == Lexer::WITH || own == Lexer::WITHOUT) {
        if (type(index + 1) != Lexer::TIME || type(index + 2) != Lexer::ZONE) return;
        set_type(index, own == Lexer::WITH ? Lexer::WITH_ZONE : Lexer::WITHOUT_ZONE);
    } else if (!keeps_meaning(index)) {
        set_type(index, Lexer::IDENTIFIER);
    } else if (own == Lexer::INTERVAL) {
        mark_interval_unit(index);
    }
}

bool TokenClassifier::ends_case(std::size_t index) const {
    return !depth_of_open_case_.empty() && depth_of_open_case_.back() == depth_ && !needs_operand(type_before(index));
}

bool TokenClassifier::keeps_join_meaning(std::size_t index) const {
    const std::size_t next = type(index + 1);
    switch (type(index)) {
        case Lexer::LEFT:
        case Lexer::RIGHT:
        case Lexer::FULL:
            return next == Lexer::JOIN || next == Lexer::OUTER;
        case Lexer::NATURAL:
        case Lexer::ASOF:
            return is_any_of(next, {Lexer::JOIN, Lexer::ASOF, Lexer::INNER, Lexer::LEFT, Lexer::RIGHT, Lexer::FULL,
                                    Lexer::SEMI, Lexer::ANTI});
        default:
            return next == Lexer::JOIN;
    }
}

bool TokenClassifier::keeps_meaning(std::size_t index) const {
    const std::size_t next = type(index + 1);
    const std::size_t previous = type_before(index);
    const bool call_follows = next == Lexer::OPEN || next == Lexer::OPEN_QUERY;
    switch (type(index)) {
        case Lexer::ANTI:
        case Lexer::ASOF:
        case Lexer::CROSS:
        case Lexer::FULL:
        case Lexer::INNER:
        case Lexer::LEFT:
        case Lexer::NATURAL:
        case Lexer::OUTER:
        case Lexer::POSITIONAL:
        case Lexer::RIGHT:
        case Lexer::SEMI:
            return keeps_join_meaning(index);
        case Lexer::ARRAY:
            return next == Lexer::OPEN_BRACKET || next == Lexer::OPEN_QUERY;
        case Lexer::AT:
            return next == Lexer::TIME && type(index + 2) == Lexer::ZONE;
        case Lexer::BOTH:
        case Lexer::LEADING:
        case Lexer::TRAILING:
            return previous == Lexer::OPEN && index >= 2 && equals_ignoring_case(text_of(index - 2), "TRIM");
        case Lexer::CUBE:
        case Lexer::ROLLUP:
            return call_follows && is_any_of(previous, {Lexer::BY, Lexer::COMMA, Lexer::OPEN});
        case Lexer::CURRENT:
            return next == Lexer::ROW && is_any_of(previous, {Lexer::BETWEEN, Lexer::AND, Lexer::ROWS, Lexer::RANGE,
                                                              Lexer::GROUPS, Lexer::EXCLUDE});
        case Lexer::END:
            return false;  // Those that end a CASE were seen before.
        case Lexer::EXISTS:
            return next == Lexer::OPEN_QUERY || previous == Lexer::IF ||
                   (previous == Lexer::NOT && type_before(index, 2) == Lexer::IF);
        case Lexer::FILTER:
            return previous == Lexer::CLOSE && call_follows;
        case Lexer::GROUPING:
            return next == Lexer::SETS;
        case Lexer::IGNORE:
        case Lexer::RESPECT:
            return next == Lexer::NULLS;
        case Lexer::INTERVAL:
            return is_interval_literal(index);
        case Lexer::LAMBDA:
            return is_lambda(index);
        case Lexer::LATERAL:
            return next == Lexer::OPEN_QUERY ||
                   (is_word(index + 1) && (type(index + 2) == Lexer::OPEN || type(index + 2) == Lexer::DOT));
        case Lexer::MAP:
            return next == Lexer::OPEN_BRACE;
        case Lexer::NULLS:
            return next == Lexer::FIRST || next == Lexer::LAST || previous == Lexer::IGNORE ||
                   previous == Lexer::RESPECT;
        case Lexer::OVER:
            return (previous == Lexer::CLOSE || previous == Lexer::NULLS) &&
                   (call_follows || (is_word(index + 1) && next != Lexer::FROM && next != Lexer::AS));
        case Lexer::PRECISION:
            return index > 0 && equals_ignoring_case(text_of(index - 1), "DOUBLE");
        case Lexer::PRIMARY:
            return next == Lexer::KEY;
        case Lexer::RECURSIVE:
            return previous == Lexer::WITH && next != Lexer::AS && next != Lexer::OPEN;
        case Lexer::UNBOUNDED:
            return next == Lexer::PRECEDING || next == Lexer::FOLLOWING;
        case Lexer::VALUES:
            return call_follows && !is_any_of(previous, {Lexer::TABLE, Lexer::INTO, Lexer::VIEW, Lexer::FUNCTION,
                                                         Lexer::EXISTS, Lexer::SELECT, Lexer::COMMA});
        case Lexer::VARYING:
            return index > 0 && (equals_ignoring_case(text_of(index - 1), "CHARACTER") ||
                                 equals_ignoring_case(text_of(index - 1), "CHAR") ||
                                 equals_ignoring_case(text_of(index - 1), "BIT"));
        case Lexer::WATERMARK:
            return next == Lexer::FOR;
        case Lexer::WINDOW:
            return is_word(index + 1) && type(index + 2) == Lexer::AS && type(index + 3) == Lexer::OPEN;
        case Lexer::WITHIN:
            return next == Lexer::GROUP;
        default:
            return true;
    }
}

/// INTERVAL '5 minutes', INTERVAL 5 MINUTE, INTERVAL -5 MINUTE, INTERVAL (n) MINUTE; otherwise a column, type or
/// function.
bool TokenClassifier::is_interval_literal(std::size_t index) const {
    const auto is_number = [this](std::size_t at) {
        return is_any_of(type(at), {Lexer::INTEGER, Lexer::DECIMAL, Lexer::REAL});
    };
    const auto is_unit = [this](std::size_t at) {
        return type(at) == Lexer::IDENTIFIER && !interval_unit(text_of(at)).empty();
    };
    const std::size_t next = type(index + 1);
    if (is_any_of(next, {Lexer::STRING, Lexer::ESCAPE_STRING, Lexer::DOLLAR_STRING}) || is_number(index + 1))
        return true;
    if (next == Lexer::MINUS) return is_number(index + 2) && is_unit(index + 3);
    return next == Lexer::OPEN && match_[index + 1] != no_match && is_unit(match_[index + 1] + 1);
}

void TokenClassifier::mark_interval_unit(std::size_t index) {
    std::size_t after = index + 2;
    if (type(index + 1) == Lexer::MINUS) after = index + 3;
    if (type(index + 1) == Lexer::OPEN) after = match_[index + 1] + 1;
    if (type(after) == Lexer::IDENTIFIER && !interval_unit(text_of(after)).empty())
        set_type(after, Lexer::INTERVAL_UNIT);
}

/// LAMBDA x, y: ...
bool TokenClassifier::is_lambda(std::size_t index) const {
    std::size_t at = index + 1;
    while (is_word(at) && type(at + 1) == Lexer::COMMA) at += 2;
    return is_word(at) && type(at + 1) == Lexer::COLON;
}

}  // namespace laminar
