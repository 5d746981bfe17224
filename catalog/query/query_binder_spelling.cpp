#include <algorithm>
#include <map>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/ast/visit.h"

// Where columns of several relations become columns of one, the engine matches and tells apart their names without
// regard to case. What is here gives them the names within the engine (column_name.h) by which it does the right thing.

namespace laminar {
namespace {

bool same_in_engine(std::string_view left, std::string_view right) { return equals_ignoring_case(left, right); }

ast::QualifiedName plain_name(std::string_view name, SourceSpan span) {
    ast::QualifiedName qualified;
    qualified.parts = {make_identifier(name, span)};
    qualified.span = span;
    return qualified;
}

/// The Select that names the columns of a body, if there is one.
ast::Select* naming_select(ast::QueryBody& body) {
    ast::QueryBody* each = &body;
    while (true) {
        if (auto* operation = std::get_if<ast::SetOperation>(&each->node)) {
            each = &*operation->left;
        } else if (auto* nested = std::get_if<ast::NestedQuery>(&each->node); nested && nested->query) {
            each = &nested->query->body;
        } else {
            return std::get_if<ast::Select>(&each->node);
        }
    }
}

/// Replaces the name that a lambda gives to a column by what the column is called outside.
void show_parameter(ast::Expression& body, std::string_view parameter) {
    ast::visit_expressions(body, [&](ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (reference == nullptr || reference->parts.size() != 1) return;
        if (!equals_ignoring_case(reference->parts.front().text, parameter)) return;
        each = make_call(
            "replace",
            {make_column("", parameter, each.span), make_string(column_mark, each.span), make_string("", each.span)},
            each.span);
    });
}

}  // namespace

void QueryWalk::name_listed_columns(std::vector<ast::Identifier>& list, Relation& relation, SourceSpan span,
                                    const std::map<std::size_t, std::string>& fixed) {
    if (list.empty() && fixed.empty()) return;
    const std::size_t listed = list.size();
    const std::vector<ScopeColumn>& known = relation.known_columns();
    std::vector<std::string> names;
    std::vector<std::string> in_engine;
    std::size_t end = listed;
    for (std::size_t index = 0; index < std::max(relation.renamed.size(), known.size()); ++index) {
        const std::string name = relation.column_name(index);
        if (index < listed) check_column_name(name, list[index].span, *diagnostics_);
        const std::string before = index < listed ? name : relation.engine_name(index);
        const auto is_taken = [&](std::string_view candidate) {
            for (const auto& [at, other] : fixed) {
                if (at != index && relation.column_name(at) != name && same_in_engine(other, candidate)) return true;
            }
            for (std::size_t at = 0; at < index; ++at) {
                if (names[at] != name && same_in_engine(in_engine[at], candidate)) return true;
            }
            return false;
        };
        std::string own = before;
        const auto given = fixed.find(index);
        const bool hidden = index < known.size() && known[index].hidden;
        if (given != fixed.end()) {
            own = given->second;
        } else if (!name.empty() && !hidden) {
            for (std::size_t marks = 1; is_taken(own); ++marks) own = engine_column_name(name, marks);
        }
        if (own != before) end = std::max(end, index + 1);
        names.push_back(name);
        in_engine.push_back(std::move(own));
    }
    for (std::size_t index = 0; index < end; ++index) {
        if (index >= listed && names[index].empty()) {
            diagnostics_->error(DiagnosticCode::query_binding_error, span,
                                "names of \"" + relation.alias + "\" differ in case alone, and a column has none",
                                "give names to all of its columns");
            return;
        }
        if (index >= listed)
            list.push_back(make_identifier(in_engine[index], span));
        else if (list[index].text != in_engine[index])
            list[index] = {in_engine[index], true, list[index].span};
    }
    names.resize(end);
    in_engine.resize(end);
    relation.renamed = std::move(names);
    relation.engine_renamed = std::move(in_engine);
}

/// One key of USING, which has two names within the engine: the right side takes that of the left.
bool QueryWalk::rename_key(const ast::Identifier& name, Relation& right, std::size_t column, const std::string& target,
                           ast::TableReference& table, std::map<std::size_t, std::string>& renames) {
    if (right.kind == Relation::Kind::scan && right.connection) {
        ScopeColumn& field = right.columns[column];
        if (field.first_use.begin == name.span.begin && !field.facts.slots.empty()) {
            field.engine_name = target == field.name ? std::string() : target;
            return true;
        }
    } else if (!right.is_open() && !std::holds_alternative<ast::Join>(table.node)) {
        renames.emplace(column, target);
        return true;
    }
    diagnostics_->error(DiagnosticCode::query_binding_error, name.span,
                        "USING cannot join by \"" + name.text + "\": \"" + right.alias +
                            "\" has columns whose names differ from it in case alone",
                        "say what to join on: JOIN ... ON a.x = b.y");
    return false;
}

/// Of a result whose columns are matched by name the columns of one spelling have one name within the engine.
void QueryWalk::match_operands(ast::SetOperation& operation, QueryOutput& left, QueryOutput& right) {
    const auto is_marked = [](const ScopeColumn& column) { return !column.engine_name.empty(); };
    const bool marked = std::any_of(left.columns.begin(), left.columns.end(), is_marked) ||
                        std::any_of(right.columns.begin(), right.columns.end(), is_marked);
    const auto refuse = [&] {
        diagnostics_->error(DiagnosticCode::query_binding_error, operation.right->span,
                            "names differ in case alone, so that the columns cannot be matched by name",
                            "list the columns of both queries in one order, and leave out BY NAME");
    };
    if (left.is_open() || right.is_open()) {
        if (marked) refuse();
        return;
    }
    const auto find = [](const QueryOutput& output, std::string_view name, bool exact) {
        return std::find_if(output.columns.begin(), output.columns.end(), [&](const ScopeColumn& each) {
            return !each.hidden && (exact ? each.name == name : equals_ignoring_case(each.name, name));
        });
    };
    std::map<std::string, std::string> renames;  // Of the right side, within the engine.
    std::vector<ScopeColumn> columns = right.columns;
    for (ScopeColumn& column : columns) {
        if (column.hidden || column.name.empty()) continue;
        auto match = find(left, column.name, true);
        if (match == left.columns.end()) {
            match = find(left, column.name, false);
            if (match != left.columns.end() && find(right, match->name, true) != right.columns.end())
                match = left.columns.end();
        }
        std::string target = match != left.columns.end() ? match->name_in_engine() : column.name_in_engine();
        const auto is_taken = [&](const ScopeColumn& other) {
            return !other.hidden && same_in_engine(other.name_in_engine(), target);
        };
        for (std::size_t marks = 1;
             match == left.columns.end() && std::any_of(left.columns.begin(), left.columns.end(), is_taken); ++marks)
            target = engine_column_name(column.name, marks);
        if (same_in_engine(target, column.name_in_engine())) continue;
        renames.emplace(column.name_in_engine(), target);
        column.engine_name = target == column.name ? std::string() : target;
    }
    if (renames.empty()) return;
    if (right.opaque || right.passes_names() || !rename_items(*operation.right, renames)) return refuse();
    right.columns = std::move(columns);
}

/// Has a query give other names to its columns; false where it has no items for them.
bool QueryWalk::rename_items(ast::QueryBody& body, const std::map<std::string, std::string>& renames) {
    ast::Select* select = naming_select(body);
    if (select == nullptr) return false;
    for (ast::SelectItem& item : select->items) {
        if (auto* star = std::get_if<ast::Star>(&item.value.node)) {
            for (const auto& [from, to] : renames)
                star->rename.emplace_back(plain_name(from, item.value.span), make_identifier(to, item.value.span));
            continue;
        }
        const auto* reference = std::get_if<ast::ColumnReference>(&item.value.node);
        std::string name;
        if (item.alias)
            name = item.alias->text;
        else if (reference != nullptr)
            name = reference->parts.back().text;
        const auto renamed = std::find_if(renames.begin(), renames.end(),
                                          [&](const auto& each) { return same_in_engine(each.first, name); });
        if (renamed != renames.end()) item.alias = make_identifier(renamed->second, item.value.span);
    }
    return true;
}

bool QueryWalk::has_marks(const Relation& relation) {
    for (std::size_t index = 0; index < relation.known_columns().size(); ++index) {
        if (relation.engine_name(index) != relation.column_name(index)) return true;
    }
    return false;
}

/// COLUMNS(...) chooses by what columns are called outside.
void QueryWalk::show_names_to_pattern(const PatternSite& site) {
    const bool marked = std::any_of(site.relations.begin(), site.relations.end(),
                                    [](const Relation* relation) { return has_marks(*relation); });
    const bool open = std::any_of(site.relations.begin(), site.relations.end(),
                                  [](const Relation* relation) { return relation->is_open(); });
    if (!marked && !open) return;
    const SourceSpan span = site.argument->span;
    if (site.names_result && !marked) return;  // Only a pattern can give names to what it finds.
    if (site.names_result) {
        diagnostics_->error(DiagnosticCode::query_binding_error, span,
                            "a pattern cannot name columns here: names of the relation differ in case alone",
                            "list the columns and their names");
        return;
    }
    if (auto* lambda = std::get_if<ast::Lambda>(&site.argument->node)) {
        if (!lambda->parameters.empty()) show_parameter(*lambda->body, lambda->parameters.front().text);
        return;
    }
    ast::Lambda replacement;
    replacement.parameters = {make_identifier("name", span)};
    ast::Expression chosen = make_call("regexp_matches", {make_column("", "name", span), *site.argument}, span);
    show_parameter(chosen, "name");
    replacement.body = std::move(chosen);
    *site.argument = ast::Expression{span, std::move(replacement)};
}

}  // namespace laminar
