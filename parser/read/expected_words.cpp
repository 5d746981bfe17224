// Follows all paths through the grammar's network (ANTLR's ATN) at once, word by word. ANTLR's own parser is of no use
// here: it decides by looking ahead, and the end of what has been typed is not the end of the statement.
#include "parser/read/expected_words.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "LaminarLexer.h"
#include "LaminarParser.h"
#include "parser/tokens/case_folding_stream.h"
#include "parser/tokens/statement_splitter.h"
#include "parser/tokens/token_classifier.h"
#include "parser/tokens/token_list_stream.h"

namespace laminar {
namespace {

using Grammar = ::LaminarParser;
using antlr4::atn::ATNState;
using antlr4::atn::Transition;

constexpr std::size_t most_words = 2'000;
/// Enough for any statement that people type; beyond, completion gives up.
constexpr std::size_t most_positions = 20'000;

/// The rules within which a path goes on after the innermost one ends. Equal ones are one object.
struct Frame {
    ATNState* after = nullptr;
    const Frame* outer = nullptr;
};

/// A place in the grammar that the words read so far lead to.
using Position = std::pair<ATNState*, const Frame*>;

bool is_name_rule(std::size_t rule) {
    return rule == Grammar::RuleName || rule == Grammar::RuleAnyName || rule == Grammar::RuleBareAlias;
}

class GrammarWalk {
public:
    explicit GrammarWalk(const antlr4::atn::ATN& atn)
        : atn_(atn), places_{{atn.ruleToStartState[Grammar::RuleStatement], nullptr}} {}

    /// False when the grammar does not accept the word, or the walk has become too wide.
    bool read(std::size_t token_type) {
        std::set<Position> next;
        for (const auto& [state, frame] : reachable(false)) {
            for (const Transition* transition : state->transitions) {
                if (!transition->isEpsilon() &&
                    transition->matches(token_type, antlr4::Token::MIN_USER_TOKEN_TYPE, atn_.maxTokenType)) {
                    next.insert({transition->target, frame});
                }
            }
        }
        places_ = std::move(next);
        return !places_.empty();
    }

    /// The words that may follow, without going into what is a name; whether a name may follow.
    std::set<std::size_t> expected(bool& name) {
        std::set<std::size_t> types;
        skipped_name_ = false;
        for (const auto& [state, frame] : reachable(true)) {
            for (const Transition* transition : state->transitions) {
                if (transition->isEpsilon()) continue;
                for (const ssize_t type : transition->label().toList()) {
                    if (type > 0) types.insert(static_cast<std::size_t>(type));
                }
            }
        }
        name = skipped_name_ || types.contains(Grammar::IDENTIFIER);
        return types;
    }

private:
    /// The places of the last word, and all that can be reached from them without reading another.
    std::set<Position> reachable(bool pass_over_names) {
        std::set<Position> reached;
        std::vector<Position> waiting(places_.begin(), places_.end());
        while (!waiting.empty() && reached.size() < most_positions) {
            const auto [state, frame] = waiting.back();
            waiting.pop_back();
            if (!reached.insert({state, frame}).second) continue;
            if (state->getStateType() == ATNState::RULE_STOP) {
                if (frame) waiting.emplace_back(frame->after, frame->outer);
                continue;
            }
            for (const Transition* transition : state->transitions) {
                if (!transition->isEpsilon()) continue;
                if (transition->getSerializationType() != Transition::RULE) {
                    waiting.emplace_back(transition->target, frame);
                    continue;
                }
                const auto* call = static_cast<const antlr4::atn::RuleTransition*>(transition);
                if (pass_over_names && is_name_rule(call->target->ruleIndex)) {
                    skipped_name_ = true;
                } else {
                    waiting.emplace_back(call->target, frame_of(call->followState, frame));
                }
            }
        }
        return reached;
    }

    const Frame* frame_of(ATNState* after, const Frame* outer) {
        std::unique_ptr<Frame>& frame = frames_[{after, outer}];
        if (!frame) frame = std::make_unique<Frame>(Frame{after, outer});
        return frame.get();
    }

    const antlr4::atn::ATN& atn_;
    std::set<Position> places_;  ///< Where the last word led to.
    std::map<Position, std::unique_ptr<Frame>> frames_;
    bool skipped_name_ = false;
};

/// The tokens of the text, EOF last; nullopt when it cannot be read.
std::optional<TokenList> read_tokens(std::string_view text) {
    CaseFoldingStream stream(text, 0, text.size());
    ::LaminarLexer lexer(&stream);
    lexer.removeErrorListeners();
    TokenList tokens;
    do {
        if (tokens.size() > most_words) return std::nullopt;
        tokens.push_back(lexer.nextToken());
        static_cast<antlr4::CommonToken&>(*tokens.back()).setTokenIndex(tokens.size() - 1);
    } while (tokens.back()->getType() != antlr4::Token::EOF);
    if (TokenClassifier(tokens, text, most_words).classify()) return std::nullopt;
    return tokens;
}

}  // namespace

ExpectedWords expected_words(std::string_view text) {
    ExpectedWords result;
    StatementSplitter splitter(text, std::string_view::npos);
    const std::optional<StatementText> statement = splitter.next();
    // Open brackets are what one completes in; open strings and comments have a fault.
    if (statement && statement->fault) return result;
    const std::optional<TokenList> tokens = read_tokens(text);
    if (!tokens) return result;

    TokenListStream stream(*tokens);
    const ::LaminarParser parser(&stream);
    GrammarWalk walk(parser.getATN());
    for (const auto& token : *tokens) {
        if (token->getType() != antlr4::Token::EOF && !walk.read(token->getType())) return result;
    }
    for (const std::size_t type : walk.expected(result.name)) {
        if (!is_keyword(type)) continue;
        const std::string literal = parser.getVocabulary().getLiteralName(type);
        if (literal.size() > 2) result.keywords.push_back(literal.substr(1, literal.size() - 2));
    }
    std::sort(result.keywords.begin(), result.keywords.end());
    return result;
}

}  // namespace laminar
