#include "runtime/plan/block_splitter.h"

#include <algorithm>

#include "catalog/catalog.h"
#include "catalog/function_rewriter.h"
#include "runtime/plan/expression_tools.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

SplitBlock::SplitBlock(ast::Select select, const std::vector<FromRelation>& relations) : relations_(relations) {
    input_.from = std::move(select.from);
    input_.where = std::move(select.where);
    input_.sample = std::move(select.sample);
    select.from = {};
    select.where = {};
    select.sample.clear();
    output_ = std::move(select);
    for_each_result_expression(output_, [&](ast::Expression& expression) { move_above(expression); });
    output_.from = make_scan(operator_rows_scan, operator_rows_alias);
}

void SplitBlock::move_above(ast::Expression& expression) {
    replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference) return false;
        if (std::find(bound.begin(), bound.end(), fold_case(reference->parts.front().text)) != bound.end()) return true;
        const auto resolved = resolve(*reference, relations_);
        if (!resolved) return true;  // An alias of an item.
        // Fields are taken above, so that a field of a grouping key is seen to be one.
        ast::ColumnReference whole = *reference;
        whole.parts.resize(whole.parts.size() - resolved->fields.size());
        each.node = std::move(whole);
        const std::string text = text_of(each);
        const auto known =
            std::find_if(values_.begin(), values_.end(), [&](const Value& value) { return value.text == text; });
        const SourceSpan span = each.span;
        std::string name;
        if (known != values_.end()) {
            name = known->name;
        } else {
            name = "c" + std::to_string(values_.size());
            values_.push_back({text, name, each});
            input_.items.push_back(make_item(each, name));
        }
        each = make_column(operator_rows_alias, name, span);
        for (const std::string& field : resolved->fields) each = make_struct_field(std::move(each), field);
        return true;
    });
}

ast::Expression SplitBlock::below(ast::Expression expression) const {
    replace_expressions(expression, [&](ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference || reference->parts.size() != 2 || reference->parts[0].text != operator_rows_alias) return false;
        for (const Value& value : values_) {
            if (value.name == reference->parts[1].text) {
                each = value.expression;
                break;
            }
        }
        return true;
    });
    return expression;
}

void SplitBlock::add_value(ast::Expression value, std::string_view name) {
    input_.items.push_back(make_item(std::move(value), name));
}

}  // namespace laminar
