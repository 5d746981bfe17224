#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

std::vector<ast::Identifier> qualified(const Relation& relation, std::string_view name, SourceSpan span) {
    return {make_identifier(relation.alias, span), make_identifier(name, span)};
}

ast::SelectItem column_item(const Relation& relation, std::string_view name, SourceSpan span) {
    ast::SelectItem item;
    item.value = make_column(relation.alias, name, span);
    return item;
}

}  // namespace

StarSource* QueryWalk::make_star_source(ast::Star& star, Scope& scope, std::vector<std::string>& handled) {
    StarSource& source = star_sources_.emplace_back();
    if (star.qualifier.empty()) {
        source.relations = scope.relations;
    } else if (Relation* relation = scope.find_relation(star.qualifier.back().text)) {
        source.relations = {relation};
    }
    for (Relation* relation : source.relations) relation->starred = true;
    const auto handle = [&](ast::Identifier& column, std::string_view qualifier) {
        ast::Identifier in_engine = column;
        // What the user names must be there, or the engine will not find it.
        for (Relation* relation : source.relations) {
            if (!qualifier.empty() && !equals_ignoring_case(relation->alias, qualifier)) continue;
            if (relation->find(column.text, column.quoted) != nullptr || can_supply(*relation, column.text)) {
                ask_relation(*relation, column.text, column.span, column.quoted);
                if (in_engine.text == column.text) name_for_engine(in_engine, *relation);
            }
        }
        column = in_engine;
        handled.push_back(column.text);
        source.excluded.push_back(column.text);
    };
    const auto handle_qualified = [&](ast::QualifiedName& name) {
        handle(name.parts.back(), name.parts.size() > 1 ? name.parts.front().text : std::string());
    };
    for (ast::QualifiedName& name : star.exclude) handle_qualified(name);
    for (ast::Star::Replacement& replacement : star.replace) handle(replacement.name, {});
    for (auto& [name, renamed] : star.rename) handle_qualified(name);
    return &source;
}

void QueryWalk::bind_star_item(ast::Select& select, std::size_t index, Scope& scope, QueryOutput& output) {
    const SourceSpan span = select.items[index].value.span;
    auto& star = std::get<ast::Star>(select.items[index].value.node);
    if (!star.qualifier.empty() && scope.find_relation(star.qualifier.back().text) == nullptr) {
        // s.* of a struct column; what it holds only the engine knows.
        ast::Expression column = make_column("", star.qualifier.front().text, span);
        std::get<ast::ColumnReference>(column.node).parts = star.qualifier;
        bind_expression(column, scope);
        output.opaque = true;
        return;
    }
    if (scope.relations.empty()) {
        diagnostics_->error(DiagnosticCode::query_binding_error, span, "\"*\" needs a FROM clause");
        return;
    }
    StarSite site{&select, index, nullptr, nullptr, {}};
    site.source = make_star_source(star, scope, site.handled);
    std::vector<ValueFacts> replacements;
    for (ast::Star::Replacement& replacement : star.replace) {
        replacements.push_back(bind_expression(replacement.value, scope));
    }
    const bool adapted = !star.replace.empty() || !star.rename.empty();
    add_star_columns(*site.source, star, scope, output, replacements);
    if (adapted) {
        for (Relation* relation : site.source->relations) demand_all(*relation);
        site.source->all_fields = true;
    }
    star_sites_.push_back(std::move(site));
}

void QueryWalk::add_star_columns(const StarSource& source, ast::Star& star, Scope& scope, QueryOutput& output,
                                 const std::vector<ValueFacts>& replacements) {
    const auto is_excluded = [&](std::string_view name) {
        return std::any_of(star.exclude.begin(), star.exclude.end(), [&](const ast::QualifiedName& excluded) {
            return equals_ignoring_case(excluded.parts.back().text, name);
        });
    };
    std::vector<std::string> merged_seen;
    std::vector<std::pair<ast::QualifiedName, ast::Identifier>> renames;  // Where names differ in case alone.
    bool passes = false;
    for (Relation* relation : source.relations) {
        output.opaque = output.opaque || relation->is_opaque();
        const bool connection = relation->kind == Relation::Kind::scan && relation->connection;
        passes = passes || connection || relation->is_open() ||
                 (relation->kind == Relation::Kind::derived && relation->output->passes_names());
        for (std::size_t index = 0; index < relation->known_columns().size(); ++index) {
            const ScopeColumn& known = relation->known_columns()[index];
            // Fields of messages come through the star when somebody asks for them.
            if (known.hidden || known.requested || (relation->open_fields && connection)) continue;
            const std::string& name = relation->column_name(index);
            const std::string& engine_name = relation->engine_name(index);
            if (is_excluded(engine_name)) continue;
            if (scope.is_merged(engine_name)) {
                if (contains_name(merged_seen, engine_name)) continue;
                merged_seen.push_back(engine_name);
            }
            ScopeColumn column;
            column.name = name;
            if (engine_name != name) column.engine_name = engine_name;
            column.facts = known.facts;
            for (std::size_t each = 0; each < star.replace.size(); ++each) {
                if (equals_ignoring_case(star.replace[each].name.text, engine_name)) column.facts = replacements[each];
            }
            ast::Identifier* renamed = nullptr;
            for (auto& [from, to] : star.rename) {
                if (!equals_ignoring_case(from.parts.back().text, engine_name)) continue;
                check_column_name(to.text, to.span, *diagnostics_);
                column.name = to.text;
                column.engine_name.clear();
                renamed = &to;
            }
            const bool clashes =
                std::any_of(output.columns.begin(), output.columns.end(), [&](const ScopeColumn& other) {
                    return !other.hidden && other.name != column.name &&
                           equals_ignoring_case(other.name_in_engine(), column.name_in_engine());
                });
            if (clashes) {
                column.engine_name = engine_name_beside(output.columns, column.name);
                if (renamed != nullptr) {
                    *renamed = {column.engine_name, true, renamed->span};
                } else {
                    ast::QualifiedName from;
                    from.parts = qualified(*relation, engine_name, relation->span);
                    from.span = relation->span;
                    renames.emplace_back(std::move(from), make_identifier(column.engine_name, relation->span));
                }
            }
            output.columns.push_back(std::move(column));
        }
    }
    star.rename.insert(star.rename.end(), renames.begin(), renames.end());
    if (passes) {
        const auto found = std::find_if(star_sources_.begin(), star_sources_.end(),
                                        [&](const StarSource& each) { return &each == &source; });
        output.stars.push_back(&*found);
    }
}

void QueryWalk::bind_star_argument(ast::Star& star, Scope& scope) {
    StarSite site{nullptr, std::nullopt, &star, nullptr, {}};
    site.source = make_star_source(star, scope, site.handled);
    for (ast::Star::Replacement& replacement : star.replace) bind_expression(replacement.value, scope);
    for (Relation* relation : site.source->relations) demand_all(*relation);
    site.source->all_fields = true;
    star_sites_.push_back(std::move(site));
}

void QueryWalk::demand_all(Relation& relation) {
    if (relation.kind == Relation::Kind::derived) {
        demand_all(*relation.output);
    } else if (relation.kind == Relation::Kind::scan && relation.open_fields) {
        result_.inputs[relation.input].all_fields = true;
    }
}

void QueryWalk::demand_all(QueryOutput& output) {
    for (QueryOutput* branch : output.branches) demand_all(*branch);
    for (StarSource* star : output.stars) {
        if (star->all_fields) continue;
        star->all_fields = true;
        for (Relation* relation : star->relations) demand_all(*relation);
    }
}

void QueryWalk::exclude_hidden(ast::Star& star, const StarSource& source, const std::vector<std::string>& handled,
                               const Relation* only) const {
    for (const Relation* relation : source.relations) {
        if (only != nullptr && relation != only) continue;
        for (std::size_t index = 0; index < relation->known_columns().size(); ++index) {
            const ScopeColumn& column = relation->known_columns()[index];
            if (!column.hidden || !column.carried) continue;
            const std::string& name = relation->column_name(index);
            if (contains_name(handled, name)) continue;
            const bool requested = std::any_of(source.requested.begin(), source.requested.end(), [&](const auto& each) {
                return each.relation == relation && equals_ignoring_case(each.name, name);
            });
            if (requested) continue;
            ast::QualifiedName excluded;
            excluded.parts = qualified(*relation, name, relation->span);
            excluded.span = relation->span;
            star.exclude.push_back(std::move(excluded));
        }
    }
}

void QueryWalk::expand_item(ast::Select& select, const StarSite& site) const {
    const std::size_t at = *site.item;
    const SourceSpan span = select.items[at].value.span;
    const ast::Star original = std::get<ast::Star>(select.items[at].value.node);
    std::vector<ast::SelectItem> items;
    for (const Relation* relation : site.source->relations) {
        if (!relation->is_open()) {
            ast::Star star;
            star.qualifier = {make_identifier(relation->alias, span)};
            for (const ast::QualifiedName& name : original.exclude) {
                const auto& known = relation->known_columns();
                for (std::size_t index = 0; index < known.size(); ++index) {
                    if (known[index].carried &&
                        equals_ignoring_case(relation->engine_name(index), name.parts.back().text)) {
                        star.exclude.push_back(name);
                        break;
                    }
                }
            }
            for (const auto& [from, to] : original.rename) {
                if (equals_ignoring_case(from.parts.front().text, relation->alias)) star.rename.emplace_back(from, to);
            }
            exclude_hidden(star, *site.source, site.handled, relation);
            ast::SelectItem item;
            item.value.span = span;
            item.value.node = std::move(star);
            items.push_back(std::move(item));
            continue;
        }
        for (std::size_t index = 0;
             relation->kind == Relation::Kind::derived && index < relation->known_columns().size(); ++index) {
            const ScopeColumn& column = relation->known_columns()[index];
            const std::string& name = relation->engine_name(index);
            if (column.requested || column.hidden || contains_name(site.handled, name)) continue;
            items.push_back(column_item(*relation, name, span));
            for (const auto& [from, to] : original.rename) {
                if (equals_ignoring_case(from.parts.front().text, relation->alias) && from.parts.back().text == name)
                    items.back().alias = to;
            }
        }
        for (const StarSource::Requested& requested : site.source->requested) {
            if (requested.relation == relation) items.push_back(column_item(*relation, requested.name, span));
        }
    }
    select.items.erase(select.items.begin() + static_cast<std::ptrdiff_t>(at));
    select.items.insert(select.items.begin() + static_cast<std::ptrdiff_t>(at), std::make_move_iterator(items.begin()),
                        std::make_move_iterator(items.end()));
    if (!select.items.empty()) return;
    // Nobody wants a column of it, only to know that there are rows: COUNT(*), EXISTS.
    ast::SelectItem row;
    row.value.span = span;
    row.value.node = ast::Literal{ast::LiteralKind::integer, "1"};
    select.items.push_back(std::move(row));
}

void QueryWalk::finish_stars() {
    // From the last item to the first, so that the places of those to come stay what they are.
    std::stable_sort(star_sites_.begin(), star_sites_.end(), [](const StarSite& left, const StarSite& right) {
        return left.item.value_or(0) > right.item.value_or(0);
    });
    for (const StarSite& site : star_sites_) {
        if (!site.item) exclude_hidden(*site.star, *site.source, site.handled, nullptr);
    }
    for (const StarSite& site : star_sites_) {
        if (!site.item) continue;
        const auto is_open = [](const Relation* relation) { return relation->is_open(); };
        const bool open = std::any_of(site.source->relations.begin(), site.source->relations.end(), is_open);
        if (open && !site.source->all_fields) {
            expand_item(*site.select, site);
        } else {
            auto& star = std::get<ast::Star>(site.select->items[*site.item].value.node);
            exclude_hidden(star, *site.source, site.handled, nullptr);
        }
    }
}

}  // namespace laminar
