#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic/diagnostic.h"
#include "parser/tokens/token_classifier.h"

namespace laminar {

/// Ends the parse of a statement at its first error instead of repairing the token stream: what is found behind a
/// repaired place is mostly noise, and the next statement starts clean anyway. Remembers where the last token was
/// matched, since only there the parser still knows everything that could have followed. For the parser alone: it sees
/// ANTLR.
class FirstErrorStrategy final : public antlr4::DefaultErrorStrategy {
public:
    void reset(antlr4::Parser* recognizer) override;
    void reportMatch(antlr4::Parser* recognizer) override;
    void reportError(antlr4::Parser* recognizer, const antlr4::RecognitionException& error) override;
    void recover(antlr4::Parser* recognizer, std::exception_ptr error) override;
    antlr4::Token* recoverInline(antlr4::Parser* recognizer) override;
    void sync(antlr4::Parser* /*recognizer*/) override {}

    /// What may follow the last matched token.
    [[nodiscard]] antlr4::misc::IntervalSet expected_tokens(antlr4::Parser& parser) const;
    /// The innermost rule that matched the last token; null at the start of a statement.
    [[nodiscard]] antlr4::ParserRuleContext* rule_of_last_match() const noexcept { return context_; }

private:
    antlr4::ParserRuleContext* context_ = nullptr;
    std::size_t state_ = 0;
    std::size_t matched_type_ = 0;
};

/// Turns the parser's first error into one diagnostic in the words of the language.
class SyntaxErrorListener final : public antlr4::BaseErrorListener {
public:
    SyntaxErrorListener(std::string_view text, const TokenList& tokens, const FirstErrorStrategy& strategy,
                        Diagnostics& diagnostics)
        : text_(text), tokens_(tokens), strategy_(strategy), diagnostics_(diagnostics) {}

    void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, std::size_t line, std::size_t column,
                     const std::string& message, std::exception_ptr error) override;

    /// Where the next statement starts when a semicolon is missing before it.
    [[nodiscard]] std::optional<std::size_t> missing_semicolon_before() const noexcept { return resume_at_; }

private:
    struct Situation;
    void report(const Situation& situation);
    [[nodiscard]] bool report_start(const Situation& situation);
    [[nodiscard]] bool report_missing_semicolon(const Situation& situation);
    [[nodiscard]] bool report_template(const Situation& situation);
    [[nodiscard]] bool report_bracket(const Situation& situation);
    [[nodiscard]] bool report_comma(const Situation& situation);
    [[nodiscard]] bool report_option(const Situation& situation);
    [[nodiscard]] bool report_reserved_word(const Situation& situation);
    bool report_reserved_word(const antlr4::Token& token);
    [[nodiscard]] bool begins_line(const Situation& situation) const;
    [[nodiscard]] bool report_name(const Situation& situation);
    void report_expectation(const Situation& situation);

    [[nodiscard]] std::string describe(const antlr4::Token& token) const;
    [[nodiscard]] std::string_view text_of(const antlr4::Token& token) const;
    [[nodiscard]] std::string hint_for(const Situation& situation) const;
    [[nodiscard]] const antlr4::Token* token_at(std::size_t index) const;

    std::string_view text_;
    const TokenList& tokens_;
    const FirstErrorStrategy& strategy_;
    Diagnostics& diagnostics_;
    std::optional<std::size_t> resume_at_;
};

}  // namespace laminar
