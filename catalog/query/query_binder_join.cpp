#include <algorithm>
#include <map>

#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"

namespace laminar {

void QueryWalk::bind_join(ast::Join& join, Scope& scope) {
    const std::size_t left_begin = scope.relations.size();
    // A chain of joins leans to the left and may be long: go down without recursion.
    std::vector<ast::Join*> chain{&join};
    while (auto* next = std::get_if<ast::Join>(&chain.back()->left->node)) {
        if (chain.back()->left->alias) break;
        chain.push_back(next);
    }
    bind_table(*chain.back()->left, scope);
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
        ast::Join& current = **each;
        const std::size_t right_begin = scope.relations.size();
        bind_table(*current.right, scope);
        if (current.natural) bind_natural(current, scope, left_begin, right_begin);
        if (!current.using_columns.empty()) bind_using(current, scope, left_begin, right_begin);
        if (current.on) bind_expression(*current.on, scope, boolean_use());
        if (current.kind == ast::Join::Kind::semi || current.kind == ast::Join::Kind::anti) {
            scope.relations.resize(right_begin);
        }
    }
}

void QueryWalk::bind_natural(ast::Join& join, Scope& scope, std::size_t left_begin, std::size_t right_begin) {
    const auto& relations = scope.relations;
    const auto unknown_columns = [](const Relation* relation) { return relation->is_open() || relation->is_opaque(); };
    const auto first = relations.begin() + static_cast<std::ptrdiff_t>(left_begin);
    const auto open = std::find_if(first, relations.end(), unknown_columns);
    if (open != relations.end()) {
        if (!(*open)->is_open()) return;  // Only the engine knows its columns, and none of ours are hidden in it.
        diagnostics_->error(DiagnosticCode::query_binding_error, join.right->span,
                            "NATURAL JOIN cannot find common columns: the fields of \"" + (*open)->alias +
                                "\" are not known before messages arrive",
                            "name the columns: JOIN ... USING (symbol)");
        return;
    }
    // A column in another case is the same one, unless its own spelling is on the right, too.
    const auto visible_in = [&](std::size_t begin, std::size_t end, std::string_view name, const Relation& right) {
        for (std::size_t index = begin; index < end; ++index) {
            const std::optional<std::size_t> found = relations[index]->index_of(name);
            if (!found || relations[index]->known_columns()[*found].hidden) continue;
            const std::string& left = relations[index]->column_name(*found);
            if (left == name || right.column_name(*right.index_of(left)) != left) return true;
        }
        return false;
    };
    for (std::size_t index = right_begin; index < relations.size(); ++index) {
        const Relation& relation = *relations[index];
        for (std::size_t column = 0; column < relation.known_columns().size(); ++column) {
            const std::string& name = relation.column_name(column);
            if (relation.known_columns()[column].hidden || !visible_in(left_begin, right_begin, name, relation))
                continue;
            join.using_columns.push_back(make_identifier(name, join.right->span));
        }
    }
    if (join.using_columns.empty()) {
        diagnostics_->error(DiagnosticCode::query_binding_error, join.right->span,
                            "NATURAL JOIN finds no column that both sides have",
                            "say what to join on: JOIN ... ON a.x = b.y");
        return;
    }
    join.natural = false;  // Metadata columns that the query names must not become join keys.
}

void QueryWalk::bind_using(ast::Join& join, Scope& scope, std::size_t left_begin, std::size_t right_begin) {
    struct Key {
        Relation* relation = nullptr;  ///< None where only the engine knows the column.
        ValueFacts facts;
    };
    const auto find_key = [&](std::size_t begin, std::size_t end, const ast::Identifier& name) -> std::optional<Key> {
        Relation* named = nullptr;
        Relation* open = nullptr;
        bool opaque = false;
        for (std::size_t index = begin; index < end; ++index) {
            Relation* relation = scope.relations[index];
            const std::optional<std::size_t> column = relation->index_of(name.text, name.quoted);
            const bool exact = column && relation->column_name(*column) == name.text;
            if (column && (named == nullptr || (exact && named->column_name(*named->index_of(name.text)) != name.text)))
                named = relation;
            if (can_supply(*relation, name.text)) open = relation;
            opaque = opaque || relation->is_opaque();
        }
        Relation* chosen = named != nullptr ? named : open;
        if (chosen != nullptr) {
            auto facts = ask_relation(*chosen, name.text, name.span, name.quoted);
            if (facts) return Key{chosen, std::move(*facts)};
        }
        if (opaque) return Key{};
        return std::nullopt;
    };
    std::map<std::size_t, std::string> renames;
    Relation* renamed = nullptr;
    for (ast::Identifier& name : join.using_columns) {
        const std::optional<Key> left = find_key(left_begin, right_begin, name);
        const std::optional<Key> right = find_key(right_begin, scope.relations.size(), name);
        if (!left || !right) {
            diagnostics_->error(DiagnosticCode::unknown_column, name.span,
                                "column \"" + name.text + "\" of USING is not on the " + (left ? "right" : "left") +
                                    " side of the join");
            continue;
        }
        inference_.record(left->facts.slots, comparison_use(right->facts.type));
        inference_.record(right->facts.slots, comparison_use(left->facts.type));
        const ast::Identifier written = name;
        if (left->relation != nullptr) name_for_engine(name, *left->relation);
        if (left->relation != nullptr && right->relation != nullptr) {
            ast::Identifier other = written;
            name_for_engine(other, *right->relation);
            const std::optional<std::size_t> column = right->relation->index_of(written.text, written.quoted);
            if (column && !equals_ignoring_case(other.text, name.text) &&
                rename_key(written, *right->relation, *column, name.text, *join.right, renames))
                renamed = right->relation;
        }
        if (!scope.is_merged(name.text)) scope.merged_columns.push_back(name.text);
    }
    if (renames.empty()) return;
    if (!join.right->alias) join.right->alias = ast::TableAlias{make_identifier(renamed->alias, join.right->span), {}};
    name_listed_columns(join.right->alias->columns, *renamed, join.right->span, renames);
}

}  // namespace laminar
