#include "runtime/plan/flink/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/objects/column_name.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

std::string RelationNames::add(const std::string& wanted) {
    std::string name = wanted;
    for (std::size_t number = 2; !taken_.insert(fold_case(name)).second; ++number)
        name = fmt::format("{} {}", wanted, number);
    return name;
}

std::map<std::size_t, const Relation*> FlinkLowering::Block::numbered(const std::vector<Relation>& inputs) {
    std::map<std::size_t, const Relation*> by_scan;
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        by_scan[index] = &inputs[index];
        if (index < 2) by_scan[operator_rows_scan - index] = &inputs[index];
    }
    return by_scan;
}

FlinkLowering::Block::Block(ast::Select written, std::vector<Relation> read, const logical::Node& node,
                            EngineTypes& engine, const Catalog& catalog, Findings& findings,
                            std::optional<ColumnType> window)
    : select(std::move(written)),
      inputs(std::move(read)),
      scope(select, numbered(inputs),
            RelationColumns([&engine](const std::string& sql) { return engine.describe(sql); },
                            [&node, window](std::size_t scan) {
                                const std::size_t index = scan < node.inputs.size() ? scan : operator_rows_scan - scan;
                                std::vector<OutputColumn> columns = node.inputs.at(index).columns;
                                if (window) columns.push_back({window_column, *window});
                                return columns;
                            })),
      writer(scope, engine, catalog, findings) {}

Relation FlinkLowering::lower() { return lower(plan_.root); }

Relation FlinkLowering::lower(const logical::Node& node) {
    const SourceSpan outer = findings_.place();
    findings_.set_place(node.span);
    Relation relation = std::visit([&](const auto& kind) { return lower(kind, node); }, node.kind);
    findings_.set_place(outer);
    return relation;
}

std::vector<Relation> FlinkLowering::lower_inputs(const logical::Node& node) {
    std::vector<Relation> relations;
    for (const logical::Node& input : node.inputs) relations.push_back(lower(input));
    return relations;
}

void FlinkLowering::add_view(const logical::Node& node, const std::string& select, Relation& relation) {
    relation.name = names_.add(&node == &plan_.root ? name_ : fmt::format("{}/{}", name_, node.id));
    views_.push_back(fmt::format("CREATE TEMPORARY VIEW {} AS\n{}", quoted_name(relation.name), select));
}

std::string FlinkLowering::write_items(Block& block, const logical::Node& node, Relation& relation, bool keeps_times) {
    if (block.select.items.size() != node.columns.size())
        findings_.refuse(node.span, "the columns of this query cannot be told from its text", "name each of them");
    std::string items;
    for (std::size_t index = 0; index < block.select.items.size(); ++index) {
        const ast::Expression& value = block.select.items[index].value;
        const OutputColumn& output = node.columns[index];
        if (shown_column_name(output.name) != output.name)
            findings_.refuse(
                value.span,
                fmt::format("two columns are called \"{}\" in another case", shown_column_name(output.name)),
                "give one of them another name: AS other");
        Written written = block.writer.write(value);
        if (written.type.id == TypeId::unknown) {
            const ColumnType type = output.type.id == TypeId::unknown ? ColumnType(TypeId::integer) : output.type;
            written = widened(std::move(written), type, value.span, findings_);
        }
        const Column* plain = block.scope.plain_column(value);
        Column column{output.name, output.type, written.type};
        column.is_time = keeps_times && plain && plain->is_time;
        relation.columns.push_back(std::move(column));
        items += fmt::format("{}{} AS {}", index == 0 ? "" : ",\n       ", written.text, quoted_name(output.name));
    }
    relation.changes = node.changes;
    relation.key = node.key;
    return items;
}

std::string FlinkLowering::write_order(const std::vector<ast::OrderItem>& order, Block& block) const {
    std::string text;
    for (const ast::OrderItem& item : order) {
        const Written value = block.writer.write(item.value);
        const bool descends = item.direction == ast::OrderItem::Direction::descending;
        const bool nulls_first = item.nulls == ast::OrderItem::Nulls::first;
        if (value.type.is_nested() || value.type.id == TypeId::unknown)
            findings_.refuse(item.value.span, fmt::format("Flink does not order by {}", to_sql(value.type)));
        text += fmt::format("{}{} {} NULLS {}", text.empty() ? "" : ", ", value.text, descends ? "DESC" : "ASC",
                            nulls_first ? "FIRST" : "LAST");
    }
    return text;
}

}  // namespace laminar::flink
