#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <string>

#include "parser/tokens/token_classifier.h"

namespace laminar {

/// Feeds classified tokens, EOF last, to the parser. Borrows the list. For the parser alone: it sees ANTLR.
class TokenListStream final : public antlr4::TokenStream {
public:
    explicit TokenListStream(const TokenList& tokens) : tokens_(tokens) {}

    antlr4::Token* LT(ssize_t distance) override {
        if (distance > 0) return get(index_ + static_cast<std::size_t>(distance) - 1);
        const auto back = static_cast<std::size_t>(-distance);
        return back == 0 || back > index_ ? nullptr : get(index_ - back);
    }
    antlr4::Token* get(std::size_t index) const override {
        return tokens_[index < tokens_.size() ? index : tokens_.size() - 1].get();
    }
    std::size_t LA(ssize_t distance) override {
        const antlr4::Token* token = LT(distance);
        return token == nullptr ? antlr4::Token::INVALID_TYPE : token->getType();
    }
    void consume() override {
        if (index_ + 1 < tokens_.size()) ++index_;
    }
    ssize_t mark() override { return 0; }
    void release(ssize_t /*marker*/) override {}
    std::size_t index() override { return index_; }
    void seek(std::size_t index) override { index_ = index < tokens_.size() ? index : tokens_.size() - 1; }
    std::size_t size() override { return tokens_.size(); }
    std::string getSourceName() const override { return {}; }
    antlr4::TokenSource* getTokenSource() const override { return nullptr; }
    // The texts serve messages of the runtime that are never shown.
    std::string getText(const antlr4::misc::Interval& /*interval*/) override { return {}; }
    std::string getText() override { return {}; }
    std::string getText(antlr4::RuleContext* /*context*/) override { return {}; }
    std::string getText(antlr4::Token* /*start*/, antlr4::Token* /*stop*/) override { return {}; }

private:
    const TokenList& tokens_;
    std::size_t index_ = 0;
};

}  // namespace laminar
