#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

std::string dotted(const ast::ColumnReference& reference) {
    std::string text;
    for (const ast::Identifier& part : reference.parts) {
        if (!text.empty()) text += '.';
        text += part.text;
    }
    return text;
}

/// Puts the relation's name in front, so that the engine sees the column the binder saw even when another relation
/// happens to carry one of the same name.
void qualify(ast::ColumnReference& reference, const Relation& relation, const Scope& scope, const Scope& start) {
    if (scope.relations.size() < 2 && &scope == &start) return;
    for (const Scope* each = &start; each != &scope && each != nullptr; each = each->parent) {
        if (each->find_relation(relation.alias) != nullptr) return;
    }
    ast::Identifier alias = make_identifier(relation.alias, reference.parts.front().span);
    reference.parts.insert(reference.parts.begin(), std::move(alias));
}

}  // namespace

ValueFacts QueryWalk::bind_reference(ast::Expression& expression, Scope& scope, const Use& use) {
    auto& reference = std::get<ast::ColumnReference>(expression.node);
    bool unknown_column = false;
    Found found = find_qualified(reference, scope, unknown_column);
    if (found.kind == Found::Kind::nothing) found = find_unqualified(reference, scope, unknown_column);
    if (found.kind == Found::Kind::nothing) {
        const ast::Identifier& first = reference.parts.front();
        if (reference.parts.size() == 1 && !first.quoted && is_bare_function(fold_case(first.text))) {
            const std::string name = fold_case(first.text);
            expression = make_call(name, {}, expression.span);
            return {function_result_type(name), {}, {}};
        }
        report_unknown_column(reference, scope);
        return {};
    }
    if (found.kind == Found::Kind::other) return found.facts;
    if (found.alias != nullptr && !found.alias->engine_name.empty())
        reference.parts.front() = {found.alias->engine_name, true, reference.parts.front().span};
    if (found.alias != nullptr && found.alias->value != nullptr) {
        aliases_.push_back({&expression,
                            found.alias->value,
                            found.alias->name,
                            {found.scope->relations.begin(), found.scope->relations.end()},
                            found.parts < reference.parts.size()});
    }
    if (found.parts < reference.parts.size()) return bind_path(expression, found, use);
    inference_.record(found.facts.slots, use);
    return found.facts;
}

QueryWalk::Found QueryWalk::find_qualified(ast::ColumnReference& reference, Scope& scope, bool& unknown_column) {
    auto& parts = reference.parts;
    const auto find_relation = [&scope](const ast::Identifier& name) -> Relation* {
        for (const Scope* each = &scope; each != nullptr; each = each->parent) {
            if (each->is_parameter(name.text)) return nullptr;
            if (Relation* relation = each->find_relation(name.text)) return relation;
        }
        return nullptr;
    };
    // system.websocket_connections.endpoint: the scan is known by its table name alone.
    if (parts.size() > 2 && equals_ignoring_case(parts.front().text, "system") &&
        find_relation(parts.front()) == nullptr) {
        const Relation* relation = find_relation(parts[1]);
        if (relation != nullptr && relation->kind == Relation::Kind::scan &&
            result_.inputs[relation->input].kind == InputKind::system_table) {
            parts.erase(parts.begin());
        }
    }
    if (parts.size() < 2) return {};
    Relation* relation = find_relation(parts.front());
    if (relation == nullptr) return {};
    if (auto facts = ask_relation(*relation, parts[1].text, parts[1].span, parts[1].quoted)) {
        name_for_engine(parts[1], *relation);
        return {Found::Kind::column, std::move(*facts), 2};
    }
    if (relation->is_opaque()) return {Found::Kind::other, {}, 2};
    unknown_column = true;
    return {};
}

QueryWalk::Found QueryWalk::find_unqualified(ast::ColumnReference& reference, Scope& scope, bool known_only) {
    bool open = !known_only;
    for (Scope* each = &scope; each != nullptr; each = each->parent) {
        if (auto found = find_in_scope(reference, *each, scope, open)) return *found;
        open = open && each->parent_catches_unknown;
    }
    return {};
}

std::optional<QueryWalk::Found> QueryWalk::find_in_scope(ast::ColumnReference& reference, Scope& scope, Scope& start,
                                                         bool open) {
    const ast::Identifier name = reference.parts.front();
    if (scope.is_parameter(name.text)) return Found{Found::Kind::other, {}, 1};
    const ScopeColumn* alias = scope.find_alias(name.text);
    if (scope.aliases_first && alias != nullptr) {
        const bool has_field = reference.parts.size() > 1 && alias->value != nullptr;
        return Found{Found::Kind::column, alias->facts, 1, has_field ? alias : nullptr, &scope};
    }
    if (auto found = find_column_in_scope(reference, scope, start)) return found;
    const bool may_be_field = scope.fields_first && std::any_of(scope.relations.begin(), scope.relations.end(),
                                                                [](const Relation* each) { return each->is_open(); });
    if (alias != nullptr && !may_be_field) return Found{Found::Kind::column, alias->facts, 1, alias, &scope};

    std::vector<Relation*> hidden;
    bool opaque = false;
    bool any_open = false;
    for (Relation* relation : scope.relations) {
        if (relation->find(name.text, name.quoted) != nullptr) hidden.push_back(relation);
        opaque = opaque || relation->is_opaque();
        any_open = any_open || relation->is_open();
    }
    if (hidden.size() > 1) {
        report_ambiguous(name, hidden);
        return Found{Found::Kind::other, {}, 1};
    }
    if (hidden.size() == 1) {
        auto facts = ask_relation(*hidden.front(), name.text, name.span, name.quoted);
        name_for_engine(reference.parts.front(), *hidden.front());
        const std::size_t before = reference.parts.size();
        qualify(reference, *hidden.front(), scope, start);
        return Found{Found::Kind::column, facts.value_or(ValueFacts{}), 1 + reference.parts.size() - before};
    }
    const bool bare = !name.quoted && is_bare_function(fold_case(name.text));
    if (opaque && !any_open && !bare) return Found{Found::Kind::other, {}, 1};
    // Where messages may have any field, it is a field, whether they have it or not: what a name means must not depend
    // on which messages come first.
    if (Relation* row = scope.find_relation(name.text); row != nullptr && !row->is_open()) {
        if (reference.parts.size() > 1) return std::nullopt;
        if (has_marks(*row)) {
            diagnostics_->error(
                DiagnosticCode::query_binding_error, name.span,
                "a row of \"" + row->alias + "\" cannot be a value: it has columns whose names differ in case alone",
                "name its columns, such as {'first': a, 'second': b}");
        }
        demand_all(*row);  // The relation's name as a value is the whole row.
        return Found{Found::Kind::other, {}, 1};
    }
    return open ? find_open_in_scope(reference, scope, start) : std::nullopt;
}

std::optional<QueryWalk::Found> QueryWalk::find_column_in_scope(ast::ColumnReference& reference, Scope& scope,
                                                                Scope& start) {
    const ast::Identifier name = reference.parts.front();
    std::vector<Relation*> visible;
    std::vector<Relation*> carried;  // Metadata that the query has named already: an ordinary column to the engine.
    for (Relation* relation : scope.relations) {
        const ScopeColumn* column = relation->find(name.text, name.quoted);
        if (column == nullptr) continue;
        if (!column->hidden) {
            visible.push_back(relation);
        } else if (column->carried) {
            carried.push_back(relation);
        }
    }
    const auto prefer_exact = [&name](std::vector<Relation*>& relations) {
        const auto is_exact = [&name](const Relation* relation) {
            return relation->column_name(*relation->index_of(name.text, name.quoted)) == name.text;
        };
        if (std::none_of(relations.begin(), relations.end(), is_exact)) return;
        std::erase_if(relations, [&](const Relation* relation) { return !is_exact(relation); });
    };
    const auto is_merged = [&](const std::vector<Relation*>& relations) {
        const Relation& first = *relations.front();
        return scope.is_merged(first.engine_name(*first.index_of(name.text, name.quoted)));
    };
    if (visible.empty()) {
        const bool several = std::count_if(scope.relations.begin(), scope.relations.end(), [&](Relation* relation) {
                                 return relation->find(name.text) != nullptr;
                             }) > 1;
        if (carried.empty()) return std::nullopt;
        if (several && !is_merged(carried)) return std::nullopt;  // Decided, or reported, with hidden columns.
        visible = std::exchange(carried, {});
    }
    prefer_exact(visible);
    const bool merged = is_merged(visible);
    if (visible.size() > 1 && !merged) {
        report_ambiguous(name, visible);
        return Found{Found::Kind::other, {}, 1};
    }
    ValueFacts facts = ask_relation(*visible.front(), name.text, name.span, name.quoted).value_or(ValueFacts{});
    for (std::size_t index = 1; index < visible.size(); ++index) {
        facts =
            merge_facts(facts, ask_relation(*visible[index], name.text, name.span, name.quoted).value_or(ValueFacts{}));
    }
    name_for_engine(reference.parts.front(), *visible.front());
    const std::size_t before = reference.parts.size();
    const bool others = std::any_of(scope.relations.begin(), scope.relations.end(), [&](Relation* relation) {
        return relation != visible.front() && (relation->is_open() || relation->find(name.text) != nullptr);
    });
    if (!merged && others) qualify(reference, *visible.front(), scope, start);
    return Found{Found::Kind::column, std::move(facts), 1 + reference.parts.size() - before};
}

std::optional<QueryWalk::Found> QueryWalk::find_open_in_scope(ast::ColumnReference& reference, Scope& scope,
                                                              Scope& start) {
    const ast::Identifier name = reference.parts.front();
    std::vector<Relation*> candidates;
    for (Relation* relation : scope.relations) {
        if (can_supply(*relation, name.text)) candidates.push_back(relation);
    }
    if (candidates.empty()) return std::nullopt;
    // CURRENT_DATE is what it says; but a field named user is far likelier than the function.
    const std::string folded = fold_case(name.text);
    if (!name.quoted && folded != "user" && is_bare_function(folded)) return std::nullopt;
    if (candidates.size() > 1) {
        report_ambiguous(name, candidates);
        return Found{Found::Kind::other, {}, 1};
    }
    auto facts = ask_relation(*candidates.front(), name.text, name.span, name.quoted);
    if (!facts) return std::nullopt;
    name_for_engine(reference.parts.front(), *candidates.front());
    const std::size_t before = reference.parts.size();
    qualify(reference, *candidates.front(), scope, start);
    return Found{Found::Kind::column, std::move(*facts), 1 + reference.parts.size() - before};
}

bool QueryWalk::can_supply(const Relation& relation, std::string_view name) const {
    if (relation.kind == Relation::Kind::derived) return can_supply(*relation.output, name);
    if (relation.kind != Relation::Kind::scan) return false;
    if (relation.open_fields) return true;
    if (!relation.connection) return false;
    return std::any_of(relation.columns.begin(), relation.columns.end(),
                       [name](const ScopeColumn& column) { return equals_ignoring_case(column.name, name); });
}

bool QueryWalk::can_supply(const QueryOutput& output, std::string_view name) const {
    const auto star_supplies = [&](const StarSource* star) {
        if (contains_name(star->excluded, name)) return false;
        return std::any_of(star->relations.begin(), star->relations.end(),
                           [&](const Relation* relation) { return can_supply(*relation, name); });
    };
    return std::any_of(output.stars.begin(), output.stars.end(), star_supplies) ||
           std::any_of(output.branches.begin(), output.branches.end(),
                       [&](const QueryOutput* branch) { return can_supply(*branch, name); });
}

/// Has the name say to the engine which column is meant.
void QueryWalk::name_for_engine(ast::Identifier& name, const Relation& relation) {
    if (relation.is_unclear(name.text)) {
        std::string list;
        for (std::size_t index = 0; index < relation.known_columns().size(); ++index) {
            const std::string& each = relation.column_name(index);
            if (equals_ignoring_case(each, name.text)) list += (list.empty() ? "\"" : " or \"") + each + '"';
        }
        diagnostics_->error(DiagnosticCode::ambiguous_column, name.span,
                            "column \"" + name.text + "\" of \"" + relation.alias + "\" could be " + list,
                            "write the name as it was declared");
        return;
    }
    const std::optional<std::size_t> index = relation.index_of(name.text, name.quoted);
    if (!index || relation.engine_name(*index) == relation.column_name(*index)) return;
    name = {relation.engine_name(*index), true, name.span};
}

std::optional<ValueFacts> QueryWalk::ask_relation(Relation& relation, std::string_view name, SourceSpan span,
                                                  bool quoted) {
    if (ScopeColumn* column = relation.find(name, quoted)) {
        column->carried = true;
        if (column->first_use.empty()) column->first_use = span;
        return column->facts;
    }
    if (relation.kind == Relation::Kind::derived) {
        return relation.renamed.empty() ? ask_output(*relation.output, name, span, quoted) : std::nullopt;
    }
    if (relation.kind != Relation::Kind::scan || !relation.open_fields) return std::nullopt;
    if (!check_column_name(name, span, *diagnostics_)) return ValueFacts{};
    ScopeColumn column;
    column.name = name;
    column.first_use = span;
    column.facts.inputs = {relation.input};
    if (relation.connection) {
        column.facts.slots = {inference_.add_slot()};
        column.engine_name = engine_name_beside(relation.columns, name);
        column.exact = quoted;
    }
    relation.columns.push_back(column);
    return column.facts;
}

std::optional<ValueFacts> QueryWalk::ask_output(QueryOutput& output, std::string_view name, SourceSpan span,
                                                bool quoted) {
    Relation seen;
    seen.kind = Relation::Kind::derived;
    seen.output = &output;
    if (const ScopeColumn* known = seen.find(name, quoted)) return known->facts;
    const auto [guard, first] = asking_.emplace(&output, fold_case(name));
    if (!first) return std::nullopt;

    std::optional<ValueFacts> facts;
    std::string engine_name;
    for (QueryOutput* branch : output.branches) {
        auto more = ask_output(*branch, name, span, quoted);
        if (!more) continue;
        seen.output = branch;
        if (const ScopeColumn* column = seen.find(name, quoted)) {
            if (facts && column->engine_name != engine_name) report_unmatched(name, span);
            engine_name = column->engine_name;
        }
        facts = facts ? merge_facts(*facts, *more) : *more;
    }
    for (StarSource* star : output.stars) {
        if (contains_name(star->excluded, name)) continue;
        std::vector<Relation*> candidates;
        for (Relation* relation : star->relations) {
            if (can_supply(*relation, name)) candidates.push_back(relation);
        }
        if (candidates.empty()) continue;
        if (candidates.size() > 1) {
            ast::Identifier identifier = make_identifier(name, span);
            report_ambiguous(identifier, candidates);
            facts = ValueFacts{};
            continue;
        }
        auto more = ask_relation(*candidates.front(), name, span, quoted);
        if (!more) continue;
        ast::Identifier requested = make_identifier(name, span);
        requested.quoted = quoted;
        name_for_engine(requested, *candidates.front());
        if (requested.text != name) engine_name = requested.text;
        star->requested.push_back({candidates.front(), requested.text});
        facts = facts ? merge_facts(*facts, *more) : *more;
    }
    asking_.erase(guard);
    if (!facts) return std::nullopt;
    ScopeColumn column;
    column.name = name;
    column.engine_name = engine_name;
    column.exact = quoted;
    column.facts = *facts;
    column.requested = true;
    column.hidden = registry_.find_metadata_column(name) != nullptr && facts->slots.empty();
    column.first_use = span;
    output.columns.push_back(std::move(column));
    return facts;
}

void QueryWalk::report_unmatched(std::string_view name, SourceSpan span) {
    diagnostics_->error(DiagnosticCode::query_binding_error, span,
                        "\"" + std::string(name) +
                            "\" is one of several fields whose names differ in case alone, so that rows of several "
                            "connections cannot be matched by name",
                        "declare tables over them, and list the columns");
}

void QueryWalk::report_ambiguous(const ast::Identifier& name, const std::vector<Relation*>& relations) {
    std::string list;
    for (std::size_t index = 0; index < relations.size(); ++index) {
        if (index > 0) list += index + 1 == relations.size() ? " or " : ", ";
        list += '"' + relations[index]->alias + '"';
    }
    diagnostics_->error(DiagnosticCode::ambiguous_column, name.span,
                        "column \"" + name.text + "\" could belong to " + list,
                        "say which one is meant: " + relations.front()->alias + "." + name.text);
}

void QueryWalk::report_unknown_column(const ast::ColumnReference& reference, Scope& scope) {
    std::vector<std::string> candidates;
    const Relation* named = nullptr;
    for (const Scope* each = &scope; each != nullptr; each = each->parent) {
        if (named == nullptr && reference.parts.size() > 1) named = each->find_relation(reference.parts.front().text);
    }
    const auto add_columns = [&candidates](const Relation& relation) {
        for (std::size_t index = 0; index < relation.known_columns().size(); ++index) {
            if (const std::string& name = relation.column_name(index); !name.empty()) candidates.push_back(name);
        }
    };
    if (named != nullptr) {
        add_columns(*named);
        const ast::Identifier& column = reference.parts[1];
        diagnostics_->error(DiagnosticCode::unknown_column, column.span,
                            "\"" + named->alias + "\" has no column \"" + column.text + "\"",
                            did_you_mean(column.text, candidates));
        return;
    }
    bool any_relation = false;
    for (const Scope* each = &scope; each != nullptr; each = each->parent) {
        for (const Relation* relation : each->relations) {
            add_columns(*relation);
            candidates.push_back(relation->alias);
            any_relation = true;
        }
        for (const ScopeColumn& alias : each->aliases) candidates.push_back(alias.name);
    }
    const ast::Identifier& first = reference.parts.front();
    std::string hint = did_you_mean(first.text, candidates);
    if (equals_ignoring_case(first.text, "default") && !first.quoted)
        hint = "DEFAULT is the whole value of a column: INSERT INTO t (a, b) VALUES (1, DEFAULT)";
    else if (hint.empty() && !any_relation)
        hint = "the query has no FROM; write text in single quotes: '" + first.text + "'";
    diagnostics_->error(DiagnosticCode::unknown_column, first.span,
                        reference.parts.size() > 1
                            ? "\"" + dotted(reference) + "\": no relation or column is named \"" + first.text + "\""
                            : "no column is named \"" + first.text + "\"",
                        std::move(hint));
}

ValueFacts QueryWalk::bind_path(ast::Expression& expression, const Found& found, const Use& use) {
    const auto& reference = std::get<ast::ColumnReference>(expression.node);
    const bool is_field = found.parts + 1 == reference.parts.size();
    const TimeRole role = is_field ? role_of_field(found.facts.role, reference.parts.back().text) : TimeRole::none;
    if (found.facts.slots.empty()) return {{}, {}, found.facts.inputs, role};
    inference_.record(found.facts.slots, json_use());
    std::string path;
    for (std::size_t index = found.parts; index < reference.parts.size(); ++index) {
        path += '.' + reference.parts[index].text;
    }
    const TypeInference::Slot base = found.facts.slots.front();
    const auto [entry, added] = path_slots_.try_emplace({base, path}, 0);
    if (added) entry->second = inference_.add_slot();
    paths_.push_back({&expression, found.parts, base, entry->second});
    inference_.record({entry->second}, use);
    return {{}, {entry->second}, found.facts.inputs};
}

/// Whether a column of a name may be there when the query runs, asked for or not.
bool QueryWalk::may_bring(const Relation& relation, std::string_view name) const {
    for (std::size_t index = 0; index < relation.known_columns().size(); ++index) {
        if (equals_ignoring_case(relation.column_name(index), name)) return true;
    }
    if (relation.kind == Relation::Kind::scan) return relation.open_fields && result_.inputs[relation.input].all_fields;
    if (relation.kind != Relation::Kind::derived || !relation.output->is_open()) return false;
    return std::any_of(relation.output->stars.begin(), relation.output->stars.end(),
                       [](const StarSource* star) { return star->all_fields; }) ||
           !relation.output->branches.empty();
}

/// What a name means must not depend on which fields the first messages have: where one may have the name of a select
/// alias, what the alias stands for is written instead. So it is before a field: w.start is a table's column to the
/// engine.
void QueryWalk::finish_aliases() {
    for (const AliasReference& alias : aliases_) {
        const bool is_hidden = std::any_of(
            alias.relations.begin(), alias.relations.end(),
            [&](const Relation* relation) { return relation->is_open() && may_bring(*relation, alias.name); });
        const auto* reference = std::get_if<ast::ColumnReference>(&alias.expression->node);
        if ((!is_hidden && !alias.has_field) || reference == nullptr) continue;
        const std::vector<ast::Identifier> parts = reference->parts;
        const SourceSpan span = alias.expression->span;
        ast::Expression value = *alias.value;
        for (std::size_t index = 1; index < parts.size(); ++index) {
            ast::FieldAccess access;
            access.operand = std::move(value);
            access.field = parts[index];
            value = ast::Expression{span, std::move(access)};
        }
        *alias.expression = std::move(value);
        alias.expression->span = span;
    }
}

void QueryWalk::finish_paths() {
    for (const PathReference& path : paths_) {
        if (inference_.decided(path.base).id != TypeId::json) continue;
        const SourceSpan span = path.expression->span;
        auto reference = std::get<ast::ColumnReference>(path.expression->node);
        std::string text = "$";
        for (std::size_t index = path.column_parts; index < reference.parts.size(); ++index) {
            text += ".\"";
            for (const char character : reference.parts[index].text) {
                if (character == '"' || character == '\\') text += '\\';
                text += character;
            }
            text += '"';
        }
        reference.parts.resize(path.column_parts);
        const ColumnType type = inference_.decided(path.value);
        std::vector<ast::Expression> arguments(2);
        arguments[0].span = span;
        arguments[0].node = std::move(reference);
        arguments[1] = make_string(text, span);
        const bool as_json = type.id == TypeId::unknown || type.id == TypeId::json;
        ast::Expression value = make_call(as_json ? "json_extract" : "json_extract_string", std::move(arguments), span);
        if (!as_json && type.id != TypeId::varchar) value = make_cast(std::move(value), to_sql(type), span);
        *path.expression = std::move(value);
    }
}

}  // namespace laminar
