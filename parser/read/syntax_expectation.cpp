#include "parser/read/syntax_expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "LaminarParser.h"
#include "parser/tokens/token_classifier.h"

namespace laminar {
namespace {

using Grammar = ::LaminarParser;

/// More alternatives than this help nobody.
constexpr std::size_t most_shown = 8;
/// Shorter words are like too many others to be suggested.
constexpr std::size_t shortest_suggested = 3;

bool is_any_of(std::size_t type, std::initializer_list<std::size_t> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// The rules from the innermost to the outermost, without those that only wrap a name.
std::vector<std::size_t> rules_around(const antlr4::ParserRuleContext* context) {
    std::vector<std::size_t> rules;
    constexpr std::size_t enough = 16;
    for (const antlr4::tree::ParseTree* at = context; at != nullptr && rules.size() < enough; at = at->parent) {
        const std::size_t rule = static_cast<const antlr4::ParserRuleContext*>(at)->getRuleIndex();
        const bool wrapper = is_any_of(rule, {Grammar::RuleBareAlias, Grammar::RuleName, Grammar::RuleAnyName,
                                              Grammar::RuleIfNotExists, Grammar::RuleObjectKind});
        if (!wrapper) rules.push_back(rule);
    }
    return rules;
}

std::string name_phrase(std::size_t owner, std::size_t last_token) {
    switch (owner) {
        case Grammar::RuleCreateConnection:
            return last_token == Grammar::TO ? "the name of a connector" : "the name of a connection";
        case Grammar::RuleAlterConnection:
            return "the name of a connection";
        case Grammar::RuleCreateTable:
        case Grammar::RuleInsertStatement:
            return "the name of a table";
        case Grammar::RuleCreateView:
            return "the name of a view";
        case Grammar::RuleCreatePipeline:
            return "the name of a pipeline";
        case Grammar::RuleCreateFunction:
            return last_token == Grammar::FUNCTION ? "the name of a function" : "the name of a parameter";
        case Grammar::RuleTableElements:
            return "a column";
        case Grammar::RuleColumnDefinition:
        case Grammar::RuleTypeName:
        case Grammar::RuleTypeArguments:
        case Grammar::RuleTypeArgument:
        case Grammar::RuleOperandSuffix:
        case Grammar::RulePrimary:
            return "a type";
        case Grammar::RuleOptionList:
            return "an option";
        default:
            return "a name";
    }
}

std::string join_alternatives(const std::vector<std::string>& alternatives) {
    std::string text;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
        if (i > 0) text += i + 1 == alternatives.size() ? " or " : ", ";
        text += alternatives[i];
    }
    return text;
}

bool begins_clause(std::size_t type) {
    return is_any_of(type, {Grammar::FROM, Grammar::WHERE, Grammar::GROUP, Grammar::HAVING, Grammar::ORDER,
                            Grammar::LIMIT, Grammar::OFFSET, Grammar::UNION, Grammar::EXCEPT, Grammar::INTERSECT,
                            Grammar::JOIN, Grammar::QUALIFY, Grammar::USING, Grammar::WINDOW});
}

std::string keyword_text(const antlr4::dfa::Vocabulary& vocabulary, std::size_t type) {
    const std::string literal = vocabulary.getLiteralName(type);
    return literal.size() > 2 ? literal.substr(1, literal.size() - 2) : std::string();
}

}  // namespace

bool is_reserved(std::size_t token_type) {
    return is_any_of(
        token_type,
        {Grammar::ALL,    Grammar::AND,      Grammar::AS,    Grammar::BETWEEN, Grammar::CASE,      Grammar::CAST,
         Grammar::CREATE, Grammar::DISTINCT, Grammar::ELSE,  Grammar::EXCEPT,  Grammar::FALSE,     Grammar::FROM,
         Grammar::GROUP,  Grammar::HAVING,   Grammar::ILIKE, Grammar::IN,      Grammar::INTERSECT, Grammar::INTO,
         Grammar::IS,     Grammar::JOIN,     Grammar::LIKE,  Grammar::LIMIT,   Grammar::NOT,       Grammar::NULL_,
         Grammar::ON,     Grammar::OR,       Grammar::ORDER, Grammar::QUALIFY, Grammar::SELECT,    Grammar::THEN,
         Grammar::TRUE,   Grammar::TRY_CAST, Grammar::UNION, Grammar::USING,   Grammar::WHEN,      Grammar::WHERE,
         Grammar::WITH});
}

bool reads_as_name(std::size_t token_type, const antlr4::Token* next) {
    const std::size_t after = next != nullptr ? next->getType() : antlr4::Token::EOF;
    if (after == antlr4::Token::EOF) {
        return is_any_of(token_type, {Grammar::ALL, Grammar::CREATE, Grammar::GROUP, Grammar::LIKE, Grammar::LIMIT,
                                      Grammar::ON, Grammar::ORDER, Grammar::SELECT, Grammar::UNION, Grammar::USING});
    }
    if (after == Grammar::FROM) return token_type != Grammar::DISTINCT;
    return is_any_of(after, {Grammar::COMMA, Grammar::DOT, Grammar::CLOSE, Grammar::EQUAL, Grammar::NOT_EQUAL,
                             Grammar::LESS, Grammar::LESS_EQUAL, Grammar::GREATER, Grammar::GREATER_EQUAL, Grammar::AS,
                             Grammar::DESC, Grammar::ASC, Grammar::IS, Grammar::IN, Grammar::COLONS});
}

SyntaxExpectation describe_expectation(const antlr4::misc::IntervalSet& expected,
                                       const antlr4::dfa::Vocabulary& vocabulary,
                                       const antlr4::ParserRuleContext* context) {
    SyntaxExpectation result;
    const std::vector<std::size_t> rules = rules_around(context);
    const auto inside = [&](std::size_t rule) { return std::find(rules.begin(), rules.end(), rule) != rules.end(); };
    const auto can_be = [&](std::size_t type) { return expected.contains(type); };
    const bool column = !rules.empty() && rules.front() == Grammar::RuleColumnDefinition;
    result.in_column_definition = column && can_be(Grammar::IDENTIFIER);
    result.operand_ended = can_be(Grammar::OTHER_OPERATOR);

    const bool expression = can_be(Grammar::CASE) && can_be(Grammar::OPEN_BRACE);
    const bool name = can_be(Grammar::IDENTIFIER) && !result.operand_ended;

    std::vector<std::string> alternatives;
    std::vector<std::string> own_words;
    for (const ssize_t signed_type : expected.toList()) {
        const auto type = static_cast<std::size_t>(signed_type);
        if (signed_type <= 0) continue;
        const std::string text = keyword_text(vocabulary, type);
        if (is_keyword(type)) {
            if (text.size() >= shortest_suggested) result.keywords.push_back(text);
            if (begins_clause(type)) result.clause_words.push_back(text);
            // Words that are there only because they are names, or begin expressions, say nothing.
            const bool as_name = can_be(Grammar::IDENTIFIER) && !is_reserved(type);
            if (!as_name && !expression) own_words.push_back(fmt::format("\"{}\"", text));
        } else if (is_any_of(type, {Grammar::COMMA, Grammar::CLOSE, Grammar::CLOSE_BRACKET, Grammar::CLOSE_BRACE,
                                    Grammar::EQUAL, Grammar::COLON}) ||
                   (type == Grammar::OPEN && !expression && !result.operand_ended)) {
            own_words.push_back(fmt::format("\"{}\"", text));
        }
    }
    if (rules.empty() || (context != nullptr && context->parent == nullptr)) return result;
    if (result.operand_ended) {
        // Any operator could follow; only what closes the place is worth naming.
        for (const std::string& word : own_words) {
            const bool closing = word == "\")\"" || word == "\"]\"" || word == "\"}\"" || word == "\",\"" ||
                                 word == "\"END\"" || word == "\":\"" ||
                                 (word == "\"AS\"" && !can_be(Grammar::IDENTIFIER));
            if (closing || word == "\"WHEN\"" || word == "\"THEN\"") alternatives.push_back(word);
        }
        result.phrase = join_alternatives(alternatives);
        return result;
    }
    const std::size_t last_token = context->stop != nullptr ? context->stop->getType() : context->start->getType();
    if (expression) {
        const bool is_of_option = rules.front() == Grammar::RuleOption || inside(Grammar::RuleOptionValue);
        alternatives.push_back(is_of_option ? "a value" : "an expression");
    } else if (name && can_be(Grammar::OPEN_QUERY)) {
        own_words.clear();
        alternatives.push_back(inside(Grammar::RuleSubscribe) ? "a name or query" : "a table");
    } else if (name && !can_be(antlr4::Token::EOF)) {
        alternatives.push_back(name_phrase(rules.front(), last_token));
        if (alternatives.back() == "a type") std::erase(own_words, "\"UNION\"");
    } else if (can_be(Grammar::OPEN_QUERY) && can_be(Grammar::SELECT)) {
        own_words.clear();
        alternatives.push_back("a query");
    }
    if (own_words.size() + alternatives.size() > most_shown) {
        std::erase_if(own_words, [](const std::string& word) { return word.size() > 3; });
    }
    alternatives.insert(alternatives.end(), own_words.begin(), own_words.end());
    if (alternatives.size() <= most_shown) result.phrase = join_alternatives(alternatives);
    return result;
}

}  // namespace laminar
