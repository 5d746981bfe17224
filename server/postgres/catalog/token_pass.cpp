#include "server/postgres/catalog/token_pass.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace laminar::postgres {

namespace {

/// A word that a parenthesis may follow and that is no function.
bool is_keyword(const SqlToken& token) {
    constexpr std::array words{"and",   "or",   "not",  "in",     "any",  "all",      "select",  "where", "on",
                               "then",  "when", "else", "case",   "like", "ilike",    "is",      "by",    "having",
                               "limit", "from", "join", "values", "as",   "distinct", "between", "using"};
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return token.is_word(word); });
}

/// Whether a text is a list as PostgreSQL writes it, of elements that the engine reads the same: there may be quotes
/// around them ('{a,"null"}'), but neither lists among them nor escapes outside of quotes.
bool is_flat_array(std::string_view text) {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
    bool is_quoted = false;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        if (text[at] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && text[at] == '\\')
            ++at;
        else if (!is_quoted && std::string_view("\\{}[]").find(text[at]) != std::string_view::npos)
            return false;
    }
    return !is_quoted;
}

}  // namespace

TokenPass::Tokens TokenPass::run() {
    while (at_ < in_.size()) {
        if (!take()) out_.push_back(in_[at_++]);
    }
    return std::move(out_);
}

const SqlToken& TokenPass::peek(std::size_t ahead) const {
    static const SqlToken none{};
    return at_ + ahead < in_.size() ? in_[at_ + ahead] : none;
}

void TokenPass::put(Kind kind, std::string_view value) {
    const SourceSpan span = at_ < in_.size() ? in_[at_].span : in_.back().span;
    out_.push_back({kind, std::string(value), span});
}

bool TokenPass::turn_braces(SqlToken& token) {
    if (token.kind != Kind::text || !is_flat_array(token.value)) return false;
    token.value.front() = '[';
    token.value.back() = ']';
    return true;
}

std::size_t TokenPass::operand_begin() {
    std::size_t at = out_.size() - 1;
    while (true) {
        work_.step();
        at = primary_begin(at);
        if (at < 2 || !out_[at - 1].is_symbol("::")) return at;
        at -= 2;
    }
}

std::size_t TokenPass::primary_begin(std::size_t last) {
    std::size_t at = last;
    while (out_[at].is_symbol("]")) {
        at = matching_open(at, "[", "]");
        if (at == 0) return at;
        --at;
    }
    if (out_[at].is_symbol(")")) {
        at = matching_open(at, "(", ")");
        const bool is_call = at > 0 && out_[at - 1].is_identifier() && !is_keyword(out_[at - 1]);
        if (!is_call) return at;
        --at;
    }
    while (at >= 2 && out_[at - 1].is_symbol(".") && out_[at].is_identifier()) {
        work_.step();
        at -= 2;
    }
    return at;
}

std::size_t TokenPass::matching_open(std::size_t at, std::string_view open, std::string_view close) {
    int depth = 0;
    while (true) {
        work_.step();
        depth += out_[at].is_symbol(close) ? 1 : out_[at].is_symbol(open) ? -1 : 0;
        if (depth == 0 || at == 0) return at;
        --at;
    }
}

std::size_t TokenPass::open_parenthesis() {
    int depth = 0;
    for (std::size_t at = out_.size(); at-- > 0;) {
        work_.step();
        if (out_[at].is_symbol(")")) ++depth;
        if (out_[at].is_symbol("(") && depth-- == 0) return at;
    }
    return out_.size();
}

std::size_t TokenPass::behind_parenthesis(std::size_t at) {
    int depth = 0;
    for (; at < in_.size(); ++at) {
        work_.step();
        depth += in_[at].is_symbol("(") ? 1 : in_[at].is_symbol(")") ? -1 : 0;
        if (depth == 0) return at + 1;
    }
    return at;
}

}  // namespace laminar::postgres
