#include "server/postgres/catalog/catalog_query.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "parser/text/ascii.h"
#include "server/postgres/catalog/catalog_calls.h"
#include "server/postgres/catalog/catalog_functions.h"
#include "server/postgres/catalog/catalog_rewriter.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

using Tokens = std::vector<SqlToken>;

/// A longer statement is none: its tokens would take many times its bytes.
constexpr std::size_t longest_query = 1 << 20;

bool is_relation(const SqlToken& token) {
    return token.is_identifier() && find_relation_shape(fold_case(token.value)) != nullptr;
}

/// A value of the session that needs no parentheses.
bool is_session_value(const SqlToken& token) {
    return token.is_word("current_user") || token.is_word("session_user") || token.is_word("user") ||
           token.is_word("current_role") || token.is_word("current_catalog") || token.is_word("current_schema");
}

bool begins_query(const Tokens& tokens) {
    std::size_t at = 0;
    while (at < tokens.size() && tokens[at].is_symbol("(")) ++at;
    if (at == tokens.size()) return false;
    if (!tokens[at].is_word("with")) return tokens[at].is_word("select") || tokens[at].is_word("values");
    // What comes after WITH could also change something.
    int depth = 0;
    for (++at; at < tokens.size(); ++at) {
        depth += tokens[at].is_symbol("(") ? 1 : tokens[at].is_symbol(")") ? -1 : 0;
        if (depth != 0) continue;
        for (const std::string_view other : {"insert", "update", "delete", "merge"})
            if (tokens[at].is_word(other)) return false;
        if (tokens[at].is_word("select") || tokens[at].is_word("values")) return true;
    }
    return false;
}

bool asks_for_catalog(const Tokens& tokens) {
    bool reads = false;
    bool calls = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const SqlToken& token = tokens[i];
        const bool has_next = i + 1 < tokens.size();
        const bool is_qualified = i > 0 && tokens[i - 1].is_symbol(".");
        const bool qualifies = has_next && tokens[i + 1].is_symbol(".");
        if (qualifies && !is_qualified && (token.names("pg_catalog") || token.names("information_schema"))) return true;
        if (token.is_word("from") || token.is_word("join")) {
            reads = true;
            if (has_next && is_relation(tokens[i + 1]) && !(i + 2 < tokens.size() && tokens[i + 2].is_symbol(".")))
                return true;
        }
        const bool is_call = has_next && tokens[i + 1].is_symbol("(") && token.kind == SqlToken::Kind::word &&
                             is_catalog_function(fold_case(token.value));
        const bool is_value = is_session_value(token) && !qualifies && !(i > 0 && tokens[i - 1].is_word("as"));
        const bool is_cast =
            i > 0 && (tokens[i - 1].is_symbol("::") || tokens[i - 1].is_word("as")) && is_object_type(token);
        if (!is_qualified && (is_call || is_value || is_cast)) calls = true;
    }
    return calls && !reads;
}

}  // namespace

std::optional<CatalogQuery> parse_catalog_query(std::string_view statement) {
    if (statement.size() > longest_query) return std::nullopt;
    std::optional<Tokens> tokens = read_tokens(statement);
    if (!tokens || !begins_query(*tokens) || !asks_for_catalog(*tokens)) return std::nullopt;
    CatalogQuery query;
    query.source = std::make_shared<const SourceText>("query", std::string(statement));
    query.error = refusal_of_calls(*tokens);
    if (query.error) return query;
    if (const auto rewritten = rewrite_catalog_query(std::move(*tokens)))
        query.sql = write_tokens(*rewritten);
    else
        query.error = ErrorMessage{.state = "54001", .message = "this query of the catalog is too complex"};
    return query;
}

std::string catalog_column_name(std::string_view engine_name) {
    std::string_view name = engine_name;
    constexpr std::string_view cast = "CAST(";
    if (name.starts_with(cast) && name.ends_with(')')) {
        const std::size_t as = name.rfind(" AS ");
        if (as != std::string_view::npos) name = name.substr(cast.size(), as - cast.size());
    }
    if (const std::size_t open = name.find('('); open != std::string_view::npos && name.ends_with(')')) {
        std::string_view function = name.substr(0, open);
        if (const std::size_t point = function.rfind('.'); point != std::string_view::npos)
            function.remove_prefix(point + 1);
        if (function.starts_with('"') && function.ends_with('"') && function.size() > 2)
            function = function.substr(1, function.size() - 2);
        if (!function.empty() &&
            std::all_of(function.begin(), function.end(), [](char c) { return is_letter_or_digit(c) || c == '_'; }))
            return std::string(function);
    }
    return std::string(name);
}

}  // namespace laminar::postgres
