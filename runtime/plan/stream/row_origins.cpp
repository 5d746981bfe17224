#include "runtime/plan/stream/row_origins.h"

#include <algorithm>
#include <utility>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

class OriginCarrier {
public:
    OriginCarrier(const RelationColumns& columns, const std::function<bool(std::size_t scan)>& is_stream)
        : columns_(columns), is_stream_(is_stream) {}

    void carry_in(ast::QueryBody& body) {
        if (auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return carry_in(nested->query->body);
        if (auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
            carry_in(*operation->left);
            carry_in(*operation->right);
            return;
        }
        auto* select = std::get_if<ast::Select>(&body.node);
        if (select && select->from && reads_stream(*select->from)) return carry_in(*select, {});
        add_nothing(body);
    }

    void carry_in(ast::Select& select, std::vector<ast::SelectItem> items) {
        // What stands for all columns shall stay what it is.
        const std::vector<FromRelation> relations = columns_.relations_of(*select.from);
        expand_stars(select, relations);
        for (ast::SelectItem& item : select.items) write_out(item.value, relations);
        if (select.where) write_out(*select.where, relations);
        write_out_conditions(*select.from, relations);
        carry_in(*select.from);
        for (ast::SelectItem& item : items) select.items.push_back(std::move(item));
        for (const char* name : {origin_column, row_position_column})
            select.items.push_back(make_item(make_column("", name, {}), name));
    }

private:
    /// COLUMNS(*) leaves the further columns out, and the name of a relation stands for the columns that it had.
    static void write_out(ast::Expression& expression, const std::vector<FromRelation>& relations) {
        replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
            if (const auto* reference = std::get_if<ast::ColumnReference>(&each.node)) {
                if (reference->parts.size() != 1 || resolve(*reference, relations)) return false;
                const std::string name = reference->parts.front().text;
                if (std::find(bound.begin(), bound.end(), fold_case(name)) != bound.end()) return true;
                const auto whole = std::find_if(relations.begin(), relations.end(), [&](const FromRelation& relation) {
                    return equals_ignoring_case(relation.alias, name);
                });
                if (whole == relations.end()) return false;
                ast::StructLiteral row;
                for (const OutputColumn& column : whole->columns)
                    row.entries.push_back(
                        {make_string(column.name, each.span), make_column(whole->alias, column.name, each.span)});
                each = ast::Expression{each.span, std::move(row)};
                return true;
            }
            if (called_function(each) != "columns") return false;
            for (ast::FunctionArgument& argument : std::get<ast::FunctionCall>(each.node).arguments) {
                auto* star = std::get_if<ast::Star>(&argument.value.node);
                if (!star) continue;
                for (const char* name : {origin_column, row_position_column})
                    star->exclude.push_back({{make_identifier(name, each.span)}, each.span});
            }
            return true;
        });
    }

    static void write_out_conditions(ast::TableReference& table, const std::vector<FromRelation>& relations) {
        auto* join = std::get_if<ast::Join>(&table.node);
        if (!join) return;
        write_out_conditions(*join->left, relations);
        write_out_conditions(*join->right, relations);
        if (join->on) write_out(*join->on, relations);
    }

    /// Relations whose rows are those of a stream.
    void carry_in(ast::TableReference& table) {
        if (auto* derived = std::get_if<ast::DerivedTable>(&table.node)) {
            if (reads_stream(derived->query->body)) carry_in(derived->query->body);
        } else if (auto* join = std::get_if<ast::Join>(&table.node)) {
            carry_in(*join->left);
            carry_in(*join->right);
        }
    }

    /// Rows that come from no stream beside those of one.
    static void add_nothing(ast::QueryBody& body) {
        ast::Query inner;
        inner.body = std::move(body);
        ast::Select outer;
        outer.items.push_back(make_star());
        for (const char* name : {origin_column, row_position_column}) {
            ast::Expression null;
            null.node = ast::Literal{ast::LiteralKind::null, "NULL"};
            outer.items.push_back(make_item(make_cast(std::move(null), "BIGINT", {}), name));
        }
        ast::TableReference rows;
        rows.node = ast::DerivedTable{false, std::move(inner)};
        rows.alias = ast::TableAlias{make_identifier("__rows", {}), {}};
        outer.from = std::move(rows);
        body.node = std::move(outer);
    }

    [[nodiscard]] bool reads_stream(const ast::TableReference& table) const {
        if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) return is_stream_(scan->input);
        if (const auto* derived = std::get_if<ast::DerivedTable>(&table.node))
            return reads_stream(derived->query->body);
        if (const auto* join = std::get_if<ast::Join>(&table.node))
            return reads_stream(*join->left) || reads_stream(*join->right);
        return false;
    }

    [[nodiscard]] bool reads_stream(const ast::QueryBody& body) const {
        if (const auto* select = std::get_if<ast::Select>(&body.node))
            return select->from && reads_stream(*select->from);
        if (const auto* operation = std::get_if<ast::SetOperation>(&body.node))
            return reads_stream(*operation->left) || reads_stream(*operation->right);
        if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return reads_stream(nested->query->body);
        return false;
    }

    const RelationColumns& columns_;
    const std::function<bool(std::size_t scan)>& is_stream_;
};

}  // namespace

ast::Query with_origins(ast::Query query, std::vector<ast::SelectItem> items, const RelationColumns& columns,
                        const std::function<bool(std::size_t scan)>& is_stream) {
    OriginCarrier carrier(columns, is_stream);
    auto* select = std::get_if<ast::Select>(&query.body.node);
    if (select && !items.empty())
        carrier.carry_in(*select, std::move(items));
    else
        carrier.carry_in(query.body);
    return query;
}

}  // namespace laminar
