#include "server/postgres/catalog/catalog_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "catalog/query/function_rewriter.h"
#include "parser/text/ascii.h"
#include "parser/tokens/keywords.h"
#include "runtime/engine/functions/query_functions.h"
#include "server/postgres/catalog/catalog_functions.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

using Tokens = std::vector<SqlToken>;

/// Words that a parenthesis follows and that call nothing, beside those of which is_function_word says so.
bool begins_syntax(const SqlToken& token) {
    if (token.kind != SqlToken::Kind::word) return false;
    constexpr std::array words{"join",     "cross",  "inner",        "natural",    "outer", "full",
                               "like",     "ilike",  "similar",      "is",         "over",  "filter",
                               "sets",     "rollup", "cube",         "exclude",    "using", "rename",
                               "overlaps", "asof",   "materialized", "tablesample"};
    return !is_function_word(token.value) ||
           std::any_of(words.begin(), words.end(), [&](const char* word) { return token.is_word(word); });
}

/// Tells calls from the lists of columns that names of relations have: FROM f(x), but FROM f(x) AS t(a, b) and
/// WITH t(a, b) AS (...).
class CallFinder {
public:
    explicit CallFinder(const Tokens& tokens) : tokens_(tokens), opens_(tokens.size()) {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (tokens_[i].is_symbol("(")) open.push_back(i);
            if (!tokens_[i].is_symbol(")") || open.empty()) continue;
            opens_[i] = open.back();
            open.pop_back();
        }
    }

    [[nodiscard]] bool calls(std::size_t at) const {
        if (at + 1 >= tokens_.size() || !tokens_[at].is_identifier() || !tokens_[at + 1].is_symbol("(")) return false;
        if (begins_syntax(tokens_[at])) return false;
        return at == 0 || (!names_type(at) && !names_relation(at));
    }

private:
    /// x::numeric(10, 2), CAST(x AS numeric(10, 2)); what follows AS is a name, too.
    [[nodiscard]] bool names_type(std::size_t at) const {
        while (at >= 2 && tokens_[at - 1].is_symbol(".")) at -= 2;
        return at > 0 && (tokens_[at - 1].is_symbol("::") || tokens_[at - 1].is_word("as"));
    }

    [[nodiscard]] bool names_relation(std::size_t at) const {
        const SqlToken& before = tokens_[at - 1];
        if (before.is_word("with") || before.is_word("recursive")) return true;
        if (before.is_symbol(")")) return !follows_distinct(at - 1);
        if (before.is_symbol(",")) return follows_common_table(at - 1);
        if (before.kind == SqlToken::Kind::name) return true;
        // pg_class c(a, b), pg_catalog.pg_class c(a, b).
        return before.kind == SqlToken::Kind::word &&
               ((at >= 2 && tokens_[at - 2].is_symbol(".")) || find_relation_shape(fold_case(before.value)) != nullptr);
    }

    /// SELECT DISTINCT ON (a) f(b).
    [[nodiscard]] bool follows_distinct(std::size_t close) const {
        const std::size_t open = opens_[close];
        return open >= 2 && tokens_[open - 1].is_word("on") && tokens_[open - 2].is_word("distinct");
    }

    /// WITH a AS (...), b(c) AS (...).
    [[nodiscard]] bool follows_common_table(std::size_t comma) const {
        if (comma == 0 || !tokens_[comma - 1].is_symbol(")")) return false;
        const std::size_t open = opens_[comma - 1];
        if (open == 0 || open + 1 >= tokens_.size()) return false;
        const SqlToken& first = tokens_[open + 1];
        const bool is_query =
            first.is_symbol("(") || first.is_word("select") || first.is_word("values") || first.is_word("with");
        const bool is_table = tokens_[open - 1].is_word("as") || tokens_[open - 1].is_word("materialized");
        return is_query && is_table;
    }

    const Tokens& tokens_;
    std::vector<std::size_t> opens_;  ///< Of each closing parenthesis.
};

bool is_barred(FunctionPolicy policy) {
    return policy == FunctionPolicy::reaches_files || policy == FunctionPolicy::of_the_engine;
}

}  // namespace

std::optional<ErrorMessage> refusal_of_calls(const Tokens& tokens) {
    const CallFinder finder(tokens);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (!finder.calls(i)) continue;
        const std::string name = fold_case(tokens[i].value);
        if (is_catalog_function(name)) continue;
        const FunctionPolicy in_expression = function_policy(name);
        const FunctionPolicy in_from = table_function_policy(name);
        if (is_barred(in_expression) || is_barred(in_from))
            return ErrorMessage{.state = "42501",
                                .message = fmt::format("a query of the catalog cannot call \"{}\"", name)};
        // The rewriter knows what the engine calls it.
        const bool is_known = in_expression == FunctionPolicy::callable || in_from == FunctionPolicy::callable ||
                              is_syntax_function(name) || name == "json_build_object";
        if (!is_known)
            return ErrorMessage{.state = "42883",
                                .message = fmt::format("queries of the catalog have no function \"{}\"", name)};
    }
    return std::nullopt;
}

}  // namespace laminar::postgres
