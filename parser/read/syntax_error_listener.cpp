#include "parser/read/syntax_error_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_set>

#include "LaminarParser.h"
#include "parser/read/syntax_expectation.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

using Grammar = ::LaminarParser;

bool is_any_of(std::size_t type, std::initializer_list<std::size_t> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_opening(std::size_t type) {
    return is_any_of(type, {Grammar::OPEN, Grammar::OPEN_QUERY, Grammar::OPEN_BRACKET, Grammar::OPEN_BRACE});
}

bool is_closing(std::size_t type) {
    return is_any_of(type, {Grammar::CLOSE, Grammar::CLOSE_BRACKET, Grammar::CLOSE_BRACE});
}

/// Words that begin a statement and are not likely to mean anything else at the beginning of a line.
bool begins_statement(std::size_t type) {
    return is_any_of(type, {Grammar::CREATE, Grammar::ALTER, Grammar::DROP, Grammar::INSERT, Grammar::SELECT,
                            Grammar::WITH, Grammar::VALUES, Grammar::SUBSCRIBE, Grammar::WAIT, Grammar::PAUSE,
                            Grammar::RESUME, Grammar::SHOW, Grammar::DESCRIBE, Grammar::EXPLAIN, Grammar::SET});
}

/// Something that a list could go on with if there were a comma before it.
bool begins_element(const antlr4::Token& token) {
    const std::size_t type = token.getType();
    return is_any_of(type, {Grammar::IDENTIFIER, Grammar::QUOTED_IDENTIFIER, Grammar::STRING, Grammar::ESCAPE_STRING,
                            Grammar::DOLLAR_STRING, Grammar::INTEGER, Grammar::DECIMAL, Grammar::REAL, Grammar::TRUE,
                            Grammar::FALSE, Grammar::OPEN_BRACE}) ||
           (is_keyword(type) && !is_reserved(type));
}

}  // namespace

void FirstErrorStrategy::reset(antlr4::Parser* recognizer) {
    context_ = nullptr;
    state_ = 0;
    DefaultErrorStrategy::reset(recognizer);
}

void FirstErrorStrategy::reportMatch(antlr4::Parser* recognizer) {
    context_ = recognizer->getContext();
    state_ = recognizer->getState();
    matched_type_ = recognizer->getInputStream()->LA(1);
}

void FirstErrorStrategy::reportError(antlr4::Parser* recognizer, const antlr4::RecognitionException& error) {
    // Without the runtime's own message, which would ask tokens for text that is no longer there.
    recognizer->notifyErrorListeners(error.getOffendingToken(), {}, nullptr);
}

void FirstErrorStrategy::recover(antlr4::Parser* /*recognizer*/, std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (antlr4::RecognitionException&) {
        throw antlr4::ParseCancellationException();
    }
}

antlr4::Token* FirstErrorStrategy::recoverInline(antlr4::Parser* recognizer) {
    throw antlr4::InputMismatchException(recognizer);
}

antlr4::misc::IntervalSet FirstErrorStrategy::expected_tokens(antlr4::Parser& parser) const {
    if (context_ == nullptr) return parser.getExpectedTokens();
    // The state is the one before the match; the token's transition may be a few empty steps behind it.
    const antlr4::atn::ATN& atn = parser.getATN();
    std::vector<antlr4::atn::ATNState*> open{atn.states[state_]};
    std::unordered_set<antlr4::atn::ATNState*> seen{open.front()};
    while (!open.empty()) {
        antlr4::atn::ATNState* state = open.back();
        open.pop_back();
        for (antlr4::atn::Transition* transition : state->transitions) {
            if (!transition->isEpsilon()) {
                if (transition->matches(matched_type_, antlr4::Token::MIN_USER_TOKEN_TYPE, atn.maxTokenType)) {
                    return atn.getExpectedTokens(transition->target->stateNumber, context_);
                }
            } else if (transition->target->ruleIndex == state->ruleIndex && seen.insert(transition->target).second) {
                open.push_back(transition->target);
            }
        }
    }
    return parser.getExpectedTokens();
}

/// Everything the messages are made of.
struct SyntaxErrorListener::Situation {
    const antlr4::Token& offending;
    const antlr4::Token* previous;  ///< Null at the start of the statement.
    const antlr4::Token* next;      ///< Null at its end.
    antlr4::misc::IntervalSet expected;
    SyntaxExpectation expectation;
    std::size_t rule;  ///< Of the last matched token.

    [[nodiscard]] std::size_t type() const { return offending.getType(); }
    [[nodiscard]] std::size_t previous_type() const { return previous != nullptr ? previous->getType() : 0; }
    [[nodiscard]] bool at_end() const { return type() == antlr4::Token::EOF; }
    [[nodiscard]] bool expects(std::size_t token_type) const { return expected.contains(token_type); }
};

void SyntaxErrorListener::syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, std::size_t /*line*/,
                                      std::size_t /*column*/, const std::string& /*message*/,
                                      std::exception_ptr /*error*/) {
    auto& parser = static_cast<antlr4::Parser&>(*recognizer);
    const std::size_t index = offending->getTokenIndex();
    const antlr4::ParserRuleContext* context = strategy_.rule_of_last_match();
    const std::size_t rule =
        context != nullptr ? context->getRuleIndex() : static_cast<std::size_t>(Grammar::RuleStatement);
    antlr4::misc::IntervalSet expected = strategy_.expected_tokens(parser);
    SyntaxExpectation expectation = describe_expectation(expected, parser.getVocabulary(), context);
    report({*offending, index > 0 ? token_at(index - 1) : nullptr, token_at(index + 1), std::move(expected),
            std::move(expectation), rule});
}

void SyntaxErrorListener::report(const Situation& situation) {
    if (report_template(situation) || report_start(situation) || report_missing_semicolon(situation) ||
        report_bracket(situation) || report_comma(situation) || report_option(situation) ||
        report_reserved_word(situation) || report_name(situation)) {
        return;
    }
    report_expectation(situation);
}

const antlr4::Token* SyntaxErrorListener::token_at(std::size_t index) const {
    return index < tokens_.size() ? tokens_[index].get() : nullptr;
}

std::string_view SyntaxErrorListener::text_of(const antlr4::Token& token) const {
    const SourceSpan span = span_of(token);
    return text_.substr(span.begin, span.end - span.begin);
}

bool SyntaxErrorListener::begins_line(const Situation& situation) const {
    if (situation.previous == nullptr) return true;
    const SourceSpan gap{span_of(*situation.previous).end, span_of(situation.offending).begin};
    return text_.substr(gap.begin, gap.end - gap.begin).find('\n') != std::string_view::npos;
}

std::string SyntaxErrorListener::describe(const antlr4::Token& token) const {
    constexpr std::size_t longest_shown = 40;
    if (token.getType() == antlr4::Token::EOF) return "the end of the statement";
    std::string_view text = text_of(token);
    if (text.size() > longest_shown) {
        std::size_t end = longest_shown;
        while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
        return fmt::format("\"{}...\"", text.substr(0, end));
    }
    if (is_any_of(token.getType(), {Grammar::STRING, Grammar::QUOTED_IDENTIFIER, Grammar::ESCAPE_STRING})) {
        return std::string(text);
    }
    return fmt::format("\"{}\"", text);
}

std::string SyntaxErrorListener::hint_for(const Situation& situation) const {
    const auto suggestion = [&](const antlr4::Token& token, const std::vector<std::string>& candidates) -> std::string {
        const std::size_t type = token.getType();
        const bool word =
            type == Grammar::IDENTIFIER || (is_keyword(type) && !is_reserved(type) && type != Grammar::END);
        return word ? suggest_name(text_of(token), candidates) : std::string();
    };
    if (const std::string found = suggestion(situation.offending, situation.expectation.keywords); !found.empty()) {
        return fmt::format("did you mean \"{}\"?", found);
    }
    // SELECT a FORM t: the misspelt word was taken for a name, and the word after it is the one that does not fit.
    if (situation.previous != nullptr && situation.previous_type() == Grammar::IDENTIFIER) {
        const std::string found = suggestion(*situation.previous, situation.expectation.clause_words);
        if (!found.empty())
            return fmt::format("did you mean \"{}\" instead of \"{}\"?", found, text_of(*situation.previous));
    }
    return {};
}

/// {{ NAME }}, as other systems write a secret: read as a map within a map, up to the bracket behind the name.
bool SyntaxErrorListener::report_template(const Situation& situation) {
    const std::size_t at = situation.offending.getTokenIndex();
    const auto is = [&](std::size_t index, std::size_t type) {
        const antlr4::Token* token = token_at(index);
        return token != nullptr && token->getType() == type;
    };
    if (at < 3 || !is(at, Grammar::CLOSE_BRACE) || !is(at - 2, Grammar::OPEN_BRACE) || !is(at - 3, Grammar::OPEN_BRACE))
        return false;
    diagnostics_.error(
        DiagnosticCode::syntax_error, {span_of(*token_at(at - 3)).begin, span_of(situation.offending).end},
        "{{ ... }} stands for nothing",
        fmt::format("a secret is written within a string: '${{secret:{}}}'", fold_case(text_of(*token_at(at - 1)))));
    return true;
}

bool SyntaxErrorListener::report_start(const Situation& situation) {
    if (situation.previous != nullptr || situation.at_end()) return false;
    std::string hint = hint_for(situation);
    if (hint.empty() && is_closing(situation.type())) hint = "remove it";
    if (hint.empty()) hint = "statements begin with CREATE, SELECT, INSERT, SHOW, DROP and the like";
    diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                       fmt::format("{} does not begin a statement", describe(situation.offending)), std::move(hint));
    return true;
}

bool SyntaxErrorListener::report_missing_semicolon(const Situation& situation) {
    if (!situation.expects(antlr4::Token::EOF) || !begins_statement(situation.type())) return false;
    if (situation.previous == nullptr) return false;
    if (!begins_line(situation) && !is_reserved(situation.type())) return false;
    diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                       fmt::format("a semicolon is missing before {}", describe(situation.offending)),
                       fmt::format("end the statement before it with ; after {}", describe(*situation.previous)));
    resume_at_ = situation.offending.getTokenIndex();
    return true;
}

bool SyntaxErrorListener::report_bracket(const Situation& situation) {
    // A statement that begins while a bracket is open: the bracket is what is wrong.
    const bool ended = situation.at_end() || (situation.expects(Grammar::CLOSE) && is_reserved(situation.type()) &&
                                              begins_statement(situation.type()) && begins_line(situation));
    if (!ended && !is_closing(situation.type())) return false;
    std::vector<const antlr4::Token*> open;
    for (const auto& token : tokens_) {
        if (token->getTokenIndex() >= situation.offending.getTokenIndex()) break;
        if (is_opening(token->getType())) open.push_back(token.get());
        if (is_closing(token->getType()) && !open.empty()) open.pop_back();
    }
    if (ended) {
        const bool can_close = situation.expects(Grammar::CLOSE) || situation.expects(Grammar::CLOSE_BRACKET) ||
                               situation.expects(Grammar::CLOSE_BRACE) || situation.previous_type() == Grammar::COMMA;
        if (open.empty() || !can_close) return false;
        diagnostics_.error(DiagnosticCode::syntax_error, span_of(*open.back()),
                           fmt::format("{} is not closed", describe(*open.back())));
        return true;
    }
    if (open.empty()) {
        diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                           fmt::format("{} closes nothing", describe(situation.offending)), "remove it");
        return true;
    }
    const std::size_t opener = open.back()->getType();
    const std::size_t wanted = opener == Grammar::OPEN_BRACKET ? static_cast<std::size_t>(Grammar::CLOSE_BRACKET)
                               : opener == Grammar::OPEN_BRACE ? static_cast<std::size_t>(Grammar::CLOSE_BRACE)
                                                               : static_cast<std::size_t>(Grammar::CLOSE);
    if (situation.type() == wanted) return false;
    diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                       fmt::format("{} does not close {}", describe(situation.offending), describe(*open.back())));
    return true;
}

bool SyntaxErrorListener::report_comma(const Situation& situation) {
    if (situation.previous_type() == Grammar::COMMA &&
        (situation.at_end() || is_closing(situation.type()) || is_reserved(situation.type()) ||
         situation.type() == Grammar::COMMA)) {
        // A reserved word used as a name is the likelier mistake when a name's company follows.
        const bool name_only = !situation.expects(Grammar::NULL_) && !situation.expects(Grammar::OPEN_QUERY);
        if (is_reserved(situation.type()) && (name_only || reads_as_name(situation.type(), situation.next)))
            return false;
        diagnostics_.error(DiagnosticCode::syntax_error, span_of(*situation.previous),
                           fmt::format("nothing follows the comma before {}", describe(situation.offending)),
                           "remove the comma, or add what is missing");
        return true;
    }
    if (!situation.expects(Grammar::COMMA) || situation.previous == nullptr || !begins_element(situation.offending)) {
        return false;
    }
    // A misspelt keyword, or a constraint that does not exist, is no element of a list.
    if (!hint_for(situation).empty()) return false;
    const bool word_follows = situation.next != nullptr && (is_keyword(situation.next->getType()) ||
                                                            situation.next->getType() == Grammar::IDENTIFIER);
    if (situation.expects(Grammar::DEFAULT) && !word_follows) return false;
    diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                       fmt::format("a comma is missing before {}", describe(situation.offending)));
    return true;
}

bool SyntaxErrorListener::report_option(const Situation& situation) {
    const bool after_name = situation.expects(Grammar::EQUAL) && !situation.expectation.operand_ended;
    if (!after_name || situation.previous == nullptr || situation.expects(Grammar::PLUS)) return false;
    const std::string_view name = text_of(*situation.previous);
    const bool other_sign = is_any_of(
        situation.type(), {Grammar::COLON, Grammar::EQUAL_EQUAL, Grammar::FAT_ARROW, Grammar::ASSIGN, Grammar::TO});
    if (other_sign) {
        diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                           fmt::format("the option \"{}\" takes = and not {}", name, describe(situation.offending)),
                           fmt::format("{} = value", name));
        return true;
    }
    const bool ends = situation.at_end() || is_closing(situation.type()) || situation.type() == Grammar::COMMA;
    diagnostics_.error(ends ? DiagnosticCode::empty_statement_part : DiagnosticCode::syntax_error,
                       ends ? span_of(*situation.previous) : span_of(situation.offending),
                       ends ? fmt::format("the option \"{}\" has no value", name)
                            : fmt::format("= is missing between the option \"{}\" and its value", name),
                       fmt::format("{} = value", name));
    return true;
}

bool SyntaxErrorListener::report_reserved_word(const Situation& situation) {
    // CREATE TABLE t (from TEXT): the classifier took the parenthesis for one that opens a query.
    const bool list_of_names = situation.type() == Grammar::OPEN_QUERY && situation.expects(Grammar::OPEN) &&
                               !situation.expects(Grammar::OPEN_QUERY);
    if (list_of_names && situation.next != nullptr && is_reserved(situation.next->getType())) {
        return report_reserved_word(*situation.next);
    }
    if (!is_reserved(situation.type()) || !situation.expects(Grammar::IDENTIFIER)) return false;
    if (situation.expectation.operand_ended) return false;
    const bool name_only = !situation.expects(Grammar::NULL_) && !situation.expects(Grammar::OPEN_QUERY);
    if (!name_only && !reads_as_name(situation.type(), situation.next)) return false;
    return report_reserved_word(situation.offending);
}

bool SyntaxErrorListener::report_reserved_word(const antlr4::Token& token) {
    const std::string_view word = text_of(token);
    diagnostics_.error(DiagnosticCode::reserved_word, span_of(token),
                       fmt::format("\"{}\" is a reserved word and not a name", word),
                       fmt::format("as a name, write it in quotes: \"{}\"", word));
    return true;
}

bool SyntaxErrorListener::report_name(const Situation& situation) {
    const bool column = situation.rule == Grammar::RuleBareAlias || situation.rule == Grammar::RuleName;
    if (column && situation.expectation.in_column_definition && situation.previous != nullptr &&
        (situation.type() == Grammar::COMMA || situation.type() == Grammar::CLOSE)) {
        diagnostics_.error(DiagnosticCode::empty_statement_part, span_of(*situation.previous),
                           fmt::format("the column {} has no type", describe(*situation.previous)),
                           fmt::format("for example: {} TEXT", text_of(*situation.previous)));
        return true;
    }
    if (situation.previous_type() == Grammar::TO && situation.expects(Grammar::TO)) {
        diagnostics_.error(DiagnosticCode::empty_statement_part, span_of(*situation.previous),
                           "the connection has no name", "CREATE CONNECTION name TO connector (...)");
        return true;
    }
    if (situation.expects(Grammar::VALUES) && upper_case(text_of(situation.offending)) == "VALUES") {
        diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                           "VALUES is followed by rows in parentheses", "VALUES (1, 'a'), (2, 'b')");
        return true;
    }
    if (situation.type() != Grammar::DOT || !column || situation.previous == nullptr) return false;
    diagnostics_.error(DiagnosticCode::syntax_error, span_of(situation.offending),
                       "the name of an object of Laminar has one part only",
                       fmt::format("leave out \"{}.\"", text_of(*situation.previous)));
    return true;
}

void SyntaxErrorListener::report_expectation(const Situation& situation) {
    std::string hint = hint_for(situation);
    // A misspelt word says more than the signs that could have stood in its place.
    const bool only_signs = situation.expectation.operand_ended || situation.expects(Grammar::COMMA);
    const std::string wanted = only_signs && !hint.empty() ? std::string() : situation.expectation.phrase;
    const SourceSpan span = span_of(situation.offending);
    if (situation.at_end()) {
        diagnostics_.error(DiagnosticCode::empty_statement_part, span,
                           wanted.empty() ? "the statement ends too early"
                                          : fmt::format("the statement ends where {} is expected", wanted),
                           std::move(hint));
        return;
    }
    const std::string found = describe(situation.offending);
    std::string message = !wanted.empty() ? fmt::format("{} is expected here, not {}", wanted, found)
                          : situation.previous != nullptr
                              ? fmt::format("{} is not expected after {}", found, describe(*situation.previous))
                              : fmt::format("{} is not expected here", found);
    diagnostics_.error(DiagnosticCode::syntax_error, span, std::move(message), std::move(hint));
}

}  // namespace laminar
