#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "server/postgres/catalog/catalog_passes.h"

namespace laminar::postgres {

namespace {

using Tokens = std::vector<SqlToken>;

class MatchPass final : public TokenPass {
public:
    using TokenPass::TokenPass;

private:
    bool take() override {
        if (peek().is_symbol("~") || peek().is_symbol("!~") || peek().is_symbol("~*") || peek().is_symbol("!~*")) {
            take_regular_expression();
            return true;
        }
        if ((peek().is_word("like") || peek().is_word("ilike")) && peek(1).kind == Kind::text &&
            peek(1).value.find('\\') != std::string::npos && !peek(2).is_word("escape")) {
            out_.push_back(in_[at_++]);
            out_.push_back(in_[at_++]);
            put(Kind::word, "escape");
            put(Kind::text, "\\");
            return true;
        }
        if (peek().is_symbol("=") && peek(1).is_word("any") && peek(2).is_symbol("(") && !peek(3).is_word("select") &&
            !out_.empty()) {
            take_any();
            return true;
        }
        if ((peek().is_symbol("=") || peek().is_symbol("<>") || peek().is_symbol("!=")) && peek(1).kind == Kind::text) {
            SqlToken list = peek(1);
            if (!turn_braces(list)) return false;
            out_.push_back(in_[at_]);
            out_.push_back(std::move(list));
            at_ += 2;
            return true;
        }
        if ((peek().is_word("from") || peek().is_word("join")) && peek(1).is_identifier() && peek(2).is_symbol("("))
            return take_function_in_from();
        return false;
    }

    /// x = ANY (list) is a subquery to the engine, which has none in outer joins.
    void take_any() {
        const std::size_t operand = operand_begin();
        Tokens value(out_.begin() + static_cast<std::ptrdiff_t>(operand), out_.end());
        out_.resize(operand);
        put(Kind::word, "list_contains");
        put_symbol("(");
        const std::size_t end = behind_parenthesis(at_ + 2);
        at_ += 2;
        while (at_ < end) out_.push_back(in_[at_++]);
        put_symbol(",");
        out_.insert(out_.end(), value.begin(), value.end());
        put_symbol(")");
    }

    /// The engine asks whether the whole text matches, PostgreSQL whether something in it does.
    void take_regular_expression() {
        const bool is_negated = peek().value.front() == '!';
        const std::string head = peek().value.back() == '*' ? "(?is).*(?:" : "(?s).*(?:";
        ++at_;
        put_symbol(is_negated ? "!~" : "~");
        put_symbol("(");
        put(Kind::text, head);
        put_symbol("||");
        put_symbol("(");
        const std::size_t end = primary_end(at_);
        while (at_ < end) out_.push_back(in_[at_++]);
        put_symbol(")");
        put_symbol("||");
        put(Kind::text, ").*");
        put_symbol(")");
    }

    /// Behind the value that begins there.
    [[nodiscard]] std::size_t primary_end(std::size_t at) {
        const auto is = [&](std::string_view symbol) { return at < in_.size() && in_[at].is_symbol(symbol); };
        if (at < in_.size() && !is("(")) ++at;
        while (is(".")) at += 2;
        if (is("(")) at = behind_parenthesis(at);
        while (is("::")) {
            at += 2;
            if (is("(")) at = behind_parenthesis(at);
        }
        return std::min(at, in_.size());
    }

    /// FROM unnest(list) x: x is also the name of its column.
    bool take_function_in_from() {
        const std::size_t end = behind_parenthesis(at_ + 2);
        const std::size_t alias = end < in_.size() && in_[end].is_word("as") ? end + 1 : end;
        constexpr std::array clauses{"where", "on",     "join",    "left",   "right",    "inner",
                                     "cross", "full",   "natural", "group",  "order",    "union",
                                     "limit", "having", "using",   "except", "intersect"};
        const bool has_alias =
            alias < in_.size() && in_[alias].is_identifier() &&
            std::none_of(clauses.begin(), clauses.end(), [&](const char* each) { return in_[alias].is_word(each); });
        if (!has_alias || (alias + 1 < in_.size() && in_[alias + 1].is_symbol("("))) return false;
        const SqlToken name = in_[alias];
        work_.step(in_.size() - alias);
        in_.insert(in_.begin() + static_cast<std::ptrdiff_t>(alias) + 1,
                   {SqlToken{Kind::symbol, "(", name.span}, name, SqlToken{Kind::symbol, ")", name.span}});
        return false;
    }
};

}  // namespace

Tokens rewrite_matches(Tokens tokens, Work& work) { return MatchPass(std::move(tokens), work).run(); }

}  // namespace laminar::postgres
