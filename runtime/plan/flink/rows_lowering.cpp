// What is computed row by row: scans, projections, filters, UNNEST, unions.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

const ast::FunctionCall* unnest_of(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&without_parentheses(expression).node);
    return call && called_function(without_parentheses(expression)) == "unnest" && call->arguments.size() == 1
               ? call
               : nullptr;
}

bool is_plain(const ast::Query& query) {
    return query.with.empty() && query.order_by.empty() && !query.order_by_all && !query.limit && !query.offset;
}

/// Windows of the rows that are read, as far as each row is still one of them.
void keep_window(const Relation& input, const std::vector<ast::SelectItem>& items, const Scope& scope,
                 Relation& relation) {
    if (!input.window) return;
    relation.window = WindowColumns{input.window->size, {}};
    for (std::size_t index = 0; index < items.size(); ++index) {
        const Column* column = scope.plain_column(items[index].value);
        const auto& shown = input.window->shown;
        if (column && std::find(shown.begin(), shown.end(), column->name) != shown.end())
            relation.window->shown.push_back(relation.columns[index].name);
    }
}

/// Rows of changes are changes, and are told apart by the same columns as long as they show them.
void keep_changes(const std::vector<Relation>& inputs, const std::vector<ast::SelectItem>& items, const Scope& scope,
                  Relation& relation) {
    for (const Relation& input : inputs) relation.changes = relation.changes || input.changes;
    if (!relation.changes || !relation.key.empty() || inputs.size() != 1) return;
    std::vector<std::string> key;
    for (const std::string& name : inputs.front().key) {
        for (std::size_t index = 0; index < items.size(); ++index) {
            const Column* column = scope.plain_column(items[index].value);
            if (!column || column->name != name) continue;
            key.push_back(relation.columns[index].name);
            break;
        }
    }
    if (key.size() == inputs.front().key.size()) relation.key = std::move(key);
}

std::string window_columns_of(const std::string& alias) {
    std::string text;
    for (const char* column : {window_start_column, window_end_column, window_time_column})
        text += fmt::format(",\n       {}.{} AS {}", quoted_name(alias), quoted_name(column), quoted_name(column));
    return text;
}

}  // namespace

Relation FlinkLowering::lower(const logical::Scan& scan, const logical::Node& node) {
    return inputs_.scan(node, scan, plan_);
}

std::string FlinkLowering::write_from(const ast::TableReference& table, Block& block) {
    const auto& relations = block.scope.relations();
    const auto from = std::find_if(relations.begin(), relations.end(),
                                   [&](const FromRelation& each) { return each.table == &table; });
    if (from != relations.end()) {
        const std::string alias = quoted_name(block.scope.alias_of(*from));
        if (const Relation* relation = block.scope.relation_of(*from)) {
            if (!table.sample.empty()) findings_.refuse(table.span, "a stream is not sampled in Flink");
            if (table.alias && !table.alias->columns.empty())
                findings_.refuse(table.span, "a table with other names for its columns is not exported",
                                 "rename them with AS");
            return fmt::format("{} AS {}", quoted_name(relation->name), alias);
        }
        const auto* function = std::get_if<ast::TableFunction>(&table.node);
        const ast::FunctionCall* unnest = function && !function->with_ordinality ? unnest_of(function->call) : nullptr;
        if (!unnest || from->columns.size() != 1)
            findings_.refuse(table.span, "only streams and UNNEST can stand in FROM in Flink",
                             "let a pipeline in Laminar join the rest");
        const Written list = block.writer.write(unnest->arguments.front().value);
        if (list.type.id != TypeId::list || list.type.fields.at(0).type.id == TypeId::structure)
            findings_.refuse(table.span, "UNNEST of this has no equal in Flink", "a list of single values has one");
        return fmt::format("UNNEST({}) AS {}({})", list.text, alias, quoted_name(from->columns.front().name));
    }
    const auto* join = std::get_if<ast::Join>(&table.node);
    if (!join || join->asof || join->natural || !join->using_columns.empty())
        findings_.refuse(table.span, "this part of FROM has no equal in Flink", "join streams, or UNNEST a list");
    using Kind = ast::Join::Kind;
    const bool unnests = std::holds_alternative<ast::TableFunction>(join->right->node);
    const std::string left = write_from(*join->left, block);
    const std::string right = write_from(*join->right, block);
    const bool has_condition = join->on && !(std::holds_alternative<ast::Literal>(join->on->node) &&
                                             block.writer.write(*join->on).text == "TRUE");
    if (unnests && !has_condition && (join->kind == Kind::cross || join->kind == Kind::inner))
        return fmt::format("{} CROSS JOIN {}", left, right);
    if (unnests && !has_condition && join->kind == Kind::left)
        return fmt::format("{} LEFT JOIN {} ON TRUE", left, right);
    findings_.refuse(table.span, "this join has no equal in Flink",
                     "bound it in time: a.ts BETWEEN b.ts - INTERVAL '1 minute' AND b.ts");
}

Relation FlinkLowering::lower(const logical::Rows& rows, const logical::Node& node) {
    const auto* select = std::get_if<ast::Select>(&rows.query.body.node);
    if (!select || !is_plain(rows.query) || !select->from)
        findings_.refuse(node.span, "this form of a query has no equal in Flink", "write SELECT ... FROM a stream");
    Block block(*select, lower_inputs(node), node, engine_, catalog_, findings_);
    expand_stars(block.select, block.scope.relations());
    std::string from = write_from(*block.select.from, block);
    // UNNEST among the items is a join there.
    const ast::Expression* unnested = nullptr;
    std::optional<Written> element;
    for (const ast::SelectItem& item : block.select.items) {
        const ast::FunctionCall* call = unnest_of(item.value);
        if (!call) continue;
        if (unnested)
            findings_.refuse(item.value.span, "several UNNEST in one query have no equal in Flink",
                             "use one query for each");
        unnested = &without_parentheses(item.value);
        const Written list = block.writer.write(call->arguments.front().value);
        if (list.type.id != TypeId::list || list.type.fields.at(0).type.id == TypeId::structure)
            findings_.refuse(item.value.span, "UNNEST of this has no equal in Flink",
                             "a list of single values has one");
        from += fmt::format(" CROSS JOIN UNNEST({}) AS `laminar_unnest`(`element`)", list.text);
        element = Written{"`laminar_unnest`.`element`", list.type.fields.at(0).type};
    }
    if (unnested)
        block.writer.set_special(
            [&](const ast::Expression& each) { return &each == unnested ? element : std::nullopt; });
    Relation relation;
    std::string items = write_items(block, node, relation, true);
    keep_changes(block.inputs, block.select.items, block.scope, relation);
    if (block.inputs.size() == 1) {
        keep_window(block.inputs.front(), block.select.items, block.scope, relation);
        if (relation.window) items += window_columns_of(block.scope.alias_of(block.scope.relations().front()));
    }
    std::string text = fmt::format("SELECT {}\nFROM {}", items, from);
    if (block.select.where) text += "\nWHERE " + block.writer.write_condition(*block.select.where);
    add_view(node, text, relation);
    return relation;
}

Relation FlinkLowering::lower(const logical::UnionAll& both, const logical::Node& node) {
    const std::vector<Relation> inputs = lower_inputs(node);
    Relation relation;
    std::string text;
    for (const OutputColumn& output : node.columns) {
        Column column{output.name, output.type, output.type};
        column.is_time = true;
        relation.columns.push_back(column);
    }
    for (std::size_t side = 0; side < inputs.size(); ++side) {
        text += side == 0 ? "SELECT " : "\nUNION ALL\nSELECT ";
        for (std::size_t position = 0; position < relation.columns.size(); ++position) {
            Column& column = relation.columns[position];
            const Column* found = both.by_name                             ? inputs[side].find(column.name)
                                  : position < inputs[side].columns.size() ? &inputs[side].columns[position]
                                                                           : nullptr;
            Written value{"NULL", TypeId::unknown};
            if (found) value = {quoted_name(found->name), found->written};
            if (is_timestamp(column.type.id) && found) {
                column.is_time = column.is_time && found->is_time;
                // Times that both are attributes stay attributes as they are.
                if (!found->is_time) value = widened(std::move(value), column.type, node.span, findings_);
            } else {
                column.is_time = false;
                value = cast(std::move(value), column.type, CastStyle::strict, node.span, findings_);
            }
            text += fmt::format("{}{} AS {}", position == 0 ? "" : ", ", value.text, quoted_name(column.name));
        }
        text += " FROM " + quoted_name(inputs[side].name);
    }
    for (Column& column : relation.columns) {
        if (column.is_time) column.written = TypeId::timestamp_ms;
    }
    relation.changes = std::any_of(inputs.begin(), inputs.end(), [](const Relation& input) { return input.changes; });
    add_view(node, text, relation);
    return relation;
}

}  // namespace laminar::flink
