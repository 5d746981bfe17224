#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "parser/text/ascii.h"
#include "server/postgres/catalog/catalog_passes.h"
#include "server/postgres/catalog/catalog_views.h"
#include "server/postgres/catalog/relation_shapes.h"

namespace laminar::postgres {

namespace {

using Tokens = std::vector<SqlToken>;

/// Words that are names of relations, and what stands for the relations in the query: alias, or their own name.
class RelationNames {
public:
    explicit RelationNames(const Tokens& tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (!tokens[i].is_identifier()) continue;
            const std::string name = fold_case(tokens[i].value);
            const RelationShape* shape = find_relation_shape(name);
            if (!shape) continue;
            const std::size_t next = i + 1 < tokens.size() && tokens[i + 1].is_word("as") ? i + 2 : i + 1;
            shapes_.emplace(name, shape);
            if (next < tokens.size() && tokens[next].is_identifier())
                shapes_.emplace(fold_case(tokens[next].value), shape);
        }
    }

    /// Null: it stands for none.
    [[nodiscard]] const RelationShape* find(const std::string& name) const {
        const auto found = shapes_.find(name);
        return found == shapes_.end() ? nullptr : found->second;
    }

private:
    std::unordered_map<std::string, const RelationShape*> shapes_;  ///< The first of a name counts.
};

class NamePass final : public TokenPass {
public:
    NamePass(Tokens tokens, Work& work) : TokenPass(std::move(tokens), work), relations_(in_) {}

private:
    bool take() override {
        const bool is_qualified = !out_.empty() && out_.back().is_symbol(".");
        if (peek().is_word("operator") && peek(1).is_symbol("(")) return take_operator();
        if (peek().is_word("collate") && peek(1).is_identifier()) {
            at_ += peek(2).is_symbol(".") ? 4 : 2;
            return true;
        }
        if (!is_qualified && peek().names("pg_catalog") && peek(1).is_symbol(".")) {
            at_ += 2;
            return true;
        }
        if (!is_qualified && peek().names("information_schema") && peek(1).is_symbol(".")) {
            if (!peek(2).names("_pg_expandarray")) {
                put(Kind::word, information_schema);
                put_symbol(".");
            }
            at_ += 2;
            return true;
        }
        if (peek().is_word("json_build_object")) {
            put(Kind::word, "json_object");
            ++at_;
            return true;
        }
        return (!is_qualified && take_table_number()) || take_session_value(is_qualified);
    }

    /// OPERATOR(pg_catalog.=) is =; what has another form stays, and is an error to the engine.
    bool take_operator() {
        std::size_t symbol = 2;
        while (peek(symbol).is_identifier() && peek(symbol + 1).is_symbol(".")) symbol += 2;
        if (peek(symbol).kind != Kind::symbol || !peek(symbol + 1).is_symbol(")")) return false;
        put_symbol(peek(symbol).value);
        at_ += symbol + 2;
        return true;
    }

    /// alias.tableoid, a column that every relation of PostgreSQL's has and no * shows.
    bool take_table_number() {
        if (!peek().is_identifier() || !peek(1).is_symbol(".") || !peek(2).names("tableoid")) return false;
        const RelationShape* shape = relations_.find(fold_case(peek().value));
        if (!shape) return false;
        put(Kind::number, std::to_string(shape->oid));
        at_ += 3;
        return true;
    }

    bool take_session_value(bool is_qualified) {
        const bool is_alias = !out_.empty() && out_.back().is_word("as");
        if (is_qualified || is_alias || peek(1).is_symbol("(") || peek(1).is_symbol(".")) return false;
        for (const std::string_view value :
             {"current_user", "session_user", "user", "current_role", "current_catalog", "current_schema"}) {
            if (!peek().is_word(value)) continue;
            put(Kind::word, value);
            put_symbol("(");
            put_symbol(")");
            ++at_;
            return true;
        }
        return false;
    }

    const RelationNames relations_;
};

}  // namespace

Tokens rewrite_names(Tokens tokens, Work& work) { return NamePass(std::move(tokens), work).run(); }

}  // namespace laminar::postgres
