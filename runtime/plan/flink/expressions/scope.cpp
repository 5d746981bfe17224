#include "runtime/plan/flink/expressions/scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/engine/engine.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/row_computations.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

Scope::Scope(const ast::Select& block, std::map<std::size_t, const Relation*> relations, RelationColumns columns)
    : block_(block), by_scan_(std::move(relations)), columns_(std::move(columns)) {
    if (block.from) from_ = columns_.relations_of(*block.from);
    for (std::size_t index = 0; index < from_.size(); ++index)
        aliases_[&from_[index]] =
            from_[index].alias.empty() ? fmt::format("laminar_rows_{}", index + 1) : from_[index].alias;
}

ColumnType Scope::type_of(const ast::Expression& expression) const {
    if (!block_.from) return {};
    if (const auto type = type_over(columns_, *block_.from, expression)) return *type;
    // With aggregates beside grouping keys it has one within the block alone.
    ast::Select alone = block_;
    alone.items.clear();
    alone.items.push_back(make_item(expression, "value"));
    alone.where = {};
    alone.having = {};
    alone.qualify = {};
    try {
        return columns_.of(make_query(std::move(alone))).front().type;
    } catch (const EngineException&) {
        return {};
    }
}

const Relation* Scope::relation_of(const FromRelation& from) const {
    const auto* scan = from.table ? std::get_if<ast::BoundScan>(&from.table->node) : nullptr;
    const auto found = scan ? by_scan_.find(scan->input) : by_scan_.end();
    return found == by_scan_.end() ? nullptr : found->second;
}

std::string Scope::alias_of(const FromRelation& from) const { return aliases_.at(&from); }

const Column* Scope::plain_column(const ast::Expression& expression) const {
    const auto* reference = std::get_if<ast::ColumnReference>(&without_parentheses(expression).node);
    if (!reference) return nullptr;
    const auto found = resolve(*reference, from_);
    if (!found || !found->fields.empty()) return nullptr;
    const Relation* relation = relation_of(*found->relation);
    return relation ? relation->find(found->column) : nullptr;
}

Written Scope::column(const ast::ColumnReference& reference, SourceSpan span, const Findings& findings) const {
    const auto found = resolve(reference, from_);
    if (!found) findings.refuse(span, "this name stands for no column that is exported");
    Written written;
    written.text = quoted_name(alias_of(*found->relation)) + ".";
    const Relation* relation = relation_of(*found->relation);
    if (relation) {
        const Column* column = relation->find(found->column);
        if (!column)
            findings.refuse_missing(
                span, fmt::format("\"{}\" is no column of what is exported", found->column),
                "metadata of messages stays with Laminar: declare a column that takes it, ... FROM it");
        if (!column->has_type)
            findings.refuse(
                span, fmt::format("Flink has no type for {}, which \"{}\" has", to_sql(column->type), column->name),
                "declare the column with another type, such as TEXT");
        written.text += quoted_name(column->name);
        written.type = column->written;
    } else {
        const auto& columns = found->relation->columns;
        const auto column = std::find_if(columns.begin(), columns.end(), [&](const OutputColumn& each) {
            return equals_ignoring_case(each.name, found->column);
        });
        written.text += quoted_name(column->name);
        written.type = column->type;
    }
    for (const std::string& name : found->fields) {
        const auto& fields = written.type.fields;
        const auto field = std::find_if(fields.begin(), fields.end(), [&](const ColumnType::Field& each) {
            return equals_ignoring_case(each.name, name);
        });
        if (written.type.id != TypeId::structure || field == fields.end())
            findings.refuse(span, fmt::format("\"{}\" is no field of a structure", name));
        written.text += "." + quoted_name(field->name);
        const ColumnType type = field->type;
        written.type = type;
    }
    return written;
}

}  // namespace laminar::flink
