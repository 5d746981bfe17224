#include "runtime/plan/expressions/relation_columns.h"

#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

std::string empty_relation(const std::vector<OutputColumn>& columns) {
    std::string items;
    for (const OutputColumn& column : columns) {
        const std::string value =
            column.type.id == TypeId::unknown ? "NULL" : "CAST(NULL AS " + to_sql(column.type) + ")";
        items += (items.empty() ? "" : ", ") + value + " AS " + always_quote_identifier(column.name);
    }
    if (items.empty()) items = "NULL AS \"__no_columns\"";
    return "(SELECT " + items + " WHERE false)";
}

bool has_known_types(const std::vector<OutputColumn>& columns) {
    return std::none_of(columns.begin(), columns.end(),
                        [](const OutputColumn& column) { return column.type.id == TypeId::unknown; });
}

bool has_name(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& each) { return equals_ignoring_case(each, name); });
}

bool has_column(const std::vector<OutputColumn>& columns, std::string_view name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const OutputColumn& each) { return equals_ignoring_case(each.name, name); });
}

}  // namespace

std::vector<OutputColumn> RelationColumns::of(const ast::Query& query) const {
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan& scan) { return empty_relation(scan_columns_(scan.input)); };
    return describe_(write_query(query, options).text);
}

std::vector<OutputColumn> RelationColumns::over_rows(const ast::Query& query,
                                                     const std::vector<OutputColumn>& rows) const {
    SqlWriterOptions options;
    options.scan_text = [&](const ast::BoundScan&) { return empty_relation(rows); };
    return describe_(write_query(query, options).text);
}

std::vector<OutputColumn> RelationColumns::of(const ast::TableReference& table) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node);
        scan && !(table.alias && !table.alias->columns.empty())) {
        // The engine would only say the same once more.
        std::vector<OutputColumn> columns = scan_columns_(scan->input);
        if (!columns.empty() && has_known_types(columns)) return columns;
    }
    ast::Select select;
    select.items.push_back(make_star());
    select.from = table;
    return of(make_query(std::move(select)));
}

std::vector<FromRelation> RelationColumns::relations_of(const ast::TableReference& from) const {
    std::vector<FromRelation> relations;
    collect(from, relations);
    return relations;
}

void RelationColumns::collect(const ast::TableReference& table, std::vector<FromRelation>& relations) const {
    if (const auto* join = std::get_if<ast::Join>(&table.node); join && !table.alias) {
        const std::size_t left = relations.size();
        collect(*join->left, relations);
        const std::size_t right = relations.size();
        if (const auto* function = std::get_if<ast::TableFunction>(&join->right->node)) {
            // What it is called with may be of the left side: alone it means nothing.
            FromRelation relation;
            relation.alias = join->right->alias ? join->right->alias->name.text : called_function(function->call);
            relation.table = &*join->right;
            ast::Star star;
            star.qualifier.push_back(make_identifier(relation.alias, {}));
            ast::Select select;
            select.items.push_back({{{}, std::move(star)}, std::nullopt});
            select.from = table;
            relation.columns = of(make_query(std::move(select)));
            relations.push_back(std::move(relation));
        } else {
            collect(*join->right, relations);
        }
        for (std::size_t index = right; index < relations.size(); ++index) {
            for (const ast::Identifier& column : join->using_columns) relations[index].merged.push_back(column.text);
            if (!join->natural) continue;
            for (std::size_t other = left; other < right; ++other) {
                for (const OutputColumn& column : relations[other].columns) {
                    if (has_column(relations[index].columns, column.name))
                        relations[index].merged.push_back(column.name);
                }
            }
        }
        return;
    }
    FromRelation relation;
    if (table.alias) relation.alias = table.alias->name.text;
    relation.table = &table;
    relation.columns = of(table);
    relations.push_back(std::move(relation));
}

std::optional<ResolvedReference> resolve(const ast::ColumnReference& reference,
                                         const std::vector<FromRelation>& relations) {
    const auto& parts = reference.parts;
    const auto fields_from = [&](std::size_t first) {
        std::vector<std::string> fields;
        for (std::size_t index = first; index < parts.size(); ++index) fields.push_back(parts[index].text);
        return fields;
    };
    if (parts.size() > 1) {
        for (const FromRelation& relation : relations) {
            if (equals_ignoring_case(relation.alias, parts[0].text) && has_column(relation.columns, parts[1].text))
                return ResolvedReference{&relation, parts[1].text, fields_from(2)};
        }
    }
    for (const FromRelation& relation : relations) {
        if (has_column(relation.columns, parts[0].text))
            return ResolvedReference{&relation, parts[0].text, fields_from(1)};
    }
    return std::nullopt;
}

void expand_stars(ast::Select& select, const std::vector<FromRelation>& relations) {
    std::vector<ast::SelectItem> items;
    for (ast::SelectItem& item : select.items) {
        const auto* star = std::get_if<ast::Star>(&item.value.node);
        if (!star) {
            items.push_back(std::move(item));
            continue;
        }
        for (const FromRelation& relation : relations) {
            if (!star->qualifier.empty() && !equals_ignoring_case(star->qualifier.back().text, relation.alias))
                continue;
            for (const OutputColumn& column : relation.columns) {
                if (star->qualifier.empty() && has_name(relation.merged, column.name)) continue;
                const auto is_meant = [&](const ast::QualifiedName& name) {
                    return equals_ignoring_case(name.parts.back().text, column.name) &&
                           (name.parts.size() < 2 || equals_ignoring_case(name.parts.front().text, relation.alias));
                };
                if (std::any_of(star->exclude.begin(), star->exclude.end(), is_meant)) continue;
                ast::SelectItem expanded =
                    make_item(make_column(relation.alias, column.name, item.value.span), column.name);
                for (const auto& replacement : star->replace) {
                    if (equals_ignoring_case(replacement.name.text, column.name)) expanded.value = replacement.value;
                }
                for (const auto& [from, to] : star->rename) {
                    if (is_meant(from)) expanded.alias = to;
                }
                items.push_back(std::move(expanded));
            }
        }
    }
    select.items = std::move(items);
}

}  // namespace laminar
