#include "parser/read/parser.h"

#include <antlr4-runtime.h>
#include <fmt/format.h>

#include "LaminarLexer.h"
#include "LaminarParser.h"
#include "parser/read/deep_stack.h"
#include "parser/read/syntax_error_listener.h"
#include "parser/tokens/case_folding_stream.h"
#include "parser/tokens/statement_splitter.h"
#include "parser/tokens/token_classifier.h"
#include "parser/tokens/token_list_stream.h"
#include "parser/transform/transformer.h"

namespace laminar {
namespace {

/// Text this short cannot nest deeply enough to endanger the caller's stack.
constexpr std::size_t shallow_bytes = 256;

class ScriptParser {
public:
    ScriptParser(const SourceTextPtr& source, Diagnostics& diagnostics, const ParserLimits& limits)
        : text_(source->text()), diagnostics_(diagnostics), limits_(limits), first_error_(diagnostics.error_count()) {}

    std::vector<ast::Statement> parse() {
        StatementSplitter splitter(text_, limits_.max_nesting);
        while (auto statement = splitter.next()) {
            if (statement->blank && !statement->fault) continue;
            if (statement->fault) {
                LexicalFault& fault = *statement->fault;
                diagnostics_.error(fault.code, fault.span, std::move(fault.message), std::move(fault.hint));
            } else {
                parse_statement(*statement);
            }
            if (too_many_errors(statement->span)) break;
        }
        return std::move(statements_);
    }

private:
    bool too_many_errors(SourceSpan where) {
        if (diagnostics_.error_count() - first_error_ < limits_.max_errors) return false;
        diagnostics_.note(DiagnosticCode::too_many_errors, {where.end, where.end},
                          fmt::format("there are {} errors; what follows here was not read", limits_.max_errors));
        return true;
    }

    void parse_statement(const StatementText& statement) {
        TokenList tokens;
        if (!read_tokens(statement.span, tokens)) return;
        if (auto fault = TokenClassifier(tokens, text_, limits_.max_nesting).classify()) {
            diagnostics_.error(fault->code, fault->span, std::move(fault->message), std::move(fault->hint));
            return;
        }
        // More than once only where a semicolon is missing between statements.
        for (std::optional<std::size_t> begin = 0; begin;) {
            begin = parse_tokens(tokens, *begin);
            if (begin && diagnostics_.error_count() - first_error_ >= limits_.max_errors) break;
            if (begin) tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(*begin));
            if (begin) begin = 0;
            for (std::size_t i = 0; i < tokens.size(); ++i) {
                static_cast<antlr4::CommonToken&>(*tokens[i]).setTokenIndex(i);
            }
        }
    }

    bool read_tokens(SourceSpan span, TokenList& tokens) {
        CaseFoldingStream stream(text_, span.begin, span.end);
        ::LaminarLexer lexer(&stream);
        lexer.removeErrorListeners();
        do {
            if (tokens.size() >= limits_.max_tokens) {
                diagnostics_.error(DiagnosticCode::input_too_large, span_of(*tokens.back()),
                                   fmt::format("one statement has more than {} words and signs", limits_.max_tokens),
                                   "split it; large data is read from a file faster");
                return false;
            }
            tokens.push_back(lexer.nextToken());
            static_cast<antlr4::CommonToken&>(*tokens.back()).setTokenIndex(tokens.size() - 1);
        } while (tokens.back()->getType() != antlr4::Token::EOF);
        return true;
    }

    /// Parses one statement; gives the token at which another one begins if a semicolon is missing before it.
    std::optional<std::size_t> parse_tokens(const TokenList& tokens, std::size_t begin) {
        TokenListStream stream(tokens);
        stream.seek(begin);
        ::LaminarParser parser(&stream);
        auto strategy = std::make_shared<FirstErrorStrategy>();
        parser.setErrorHandler(strategy);
        parser.removeErrorListeners();
        auto* simulator = parser.getInterpreter<antlr4::atn::ParserATNSimulator>();
        simulator->setPredictionMode(antlr4::atn::PredictionMode::SLL);
        try {
            return transform(*parser.singleStatement());
        } catch (const antlr4::ParseCancellationException&) {
        }
        // Prediction without context can fail on valid text; only a failure with context is the user's.
        SyntaxErrorListener listener(text_, tokens, *strategy, diagnostics_);
        parser.reset();
        stream.seek(begin);
        parser.addErrorListener(&listener);
        simulator->setPredictionMode(antlr4::atn::PredictionMode::LL);
        try {
            return transform(*parser.singleStatement());
        } catch (const antlr4::ParseCancellationException&) {
            return listener.missing_semicolon_before();
        }
    }

    std::optional<std::size_t> transform(::LaminarParser::SingleStatementContext& tree) {
        try {
            Transformer transformer(text_, diagnostics_, limits_);
            statements_.push_back(transformer.transform_statement(*tree.statement()));
        } catch (const StatementRejected&) {
            // Reported where it was found.
        }
        return std::nullopt;
    }

    std::string_view text_;
    Diagnostics& diagnostics_;
    const ParserLimits& limits_;
    std::size_t first_error_;
    std::vector<ast::Statement> statements_;
};

}  // namespace

ParsedScript parse_script(const SourceTextPtr& source, Diagnostics& diagnostics, const ParserLimits& limits) {
    ParsedScript script{source, {}};
    diagnostics.set_source(source);
    const std::size_t size = source->text().size();
    if (size > limits.max_bytes) {
        diagnostics.error(DiagnosticCode::input_too_large, {},
                          fmt::format("the script has {} bytes; at most {} are read", size, limits.max_bytes),
                          "split it into several files");
        return script;
    }
    const auto parse = [&] { script.statements = ScriptParser(source, diagnostics, limits).parse(); };
    if (size <= shallow_bytes) {
        parse();
    } else {
        run_on_deep_stack(parse);
    }
    return script;
}

bool is_incomplete_statement(std::string_view text) {
    bool incomplete = false;
    bool closed = true;
    StatementSplitter splitter(text, std::string_view::npos);
    while (const auto statement = splitter.next()) {
        // A semicolon inside brackets ends nothing for someone who is still typing.
        closed = statement->closed && closed;
        if (statement->terminated && closed) {
            incomplete = false;
        } else {
            incomplete = incomplete || !statement->blank || !statement->closed;
        }
    }
    return incomplete;
}

}  // namespace laminar
