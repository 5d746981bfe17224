#include <algorithm>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/time/time_tracer.h"

/// Times that are no columns: what is computed of those of one scan.
namespace laminar {

namespace {

/// The cast to a time whose operand is this, or has it in parentheses; null where there is none.
const ast::Expression* cast_around(const ast::Expression& expression, const ast::Expression& operand) {
    const ast::Expression* found = nullptr;
    (void)contains(expression, [&](const ast::Expression& each) {
        const auto* cast = std::get_if<ast::Cast>(&each.node);
        if (!found && cast && &without_parentheses(*cast->operand) == &without_parentheses(operand)) found = &each;
        return found != nullptr;
    });
    return found;
}

}  // namespace

std::string shown_item_name(const ast::SelectItem& item) {
    if (item.alias) return item.alias->text;
    const ast::Expression& value = without_parentheses(item.value);
    if (const auto* reference = std::get_if<ast::ColumnReference>(&value.node)) return reference->parts.back().text;
    if (const auto* field = std::get_if<ast::FieldAccess>(&value.node)) return field->field.text;
    return {};
}

/// No column, but computed of columns, or a field of one: d.t, CAST(s AS TIMESTAMP), make_timestamp(micros).
std::optional<TimeKey> TimeTracer::trace_value(const ast::Expression& expression,
                                               const std::vector<FromRelation>& relations) const {
    ast::Expression simple = expression;
    const ast::Expression* found = growing_value(simple);
    if (!found) return std::nullopt;
    if (const auto* reference = std::get_if<ast::ColumnReference>(&found->node)) {
        // A cast of a column that is no time makes one of it.
        const auto resolved = resolve(*reference, relations);
        const bool is_element = resolved && std::holds_alternative<ast::TableFunction>(resolved->relation->table->node);
        if (resolved && resolved->fields.empty() && !is_element) found = cast_around(simple, *found);
        if (!found) return std::nullopt;
    }
    const ast::Expression base = *found;
    ast::Expression value = base;
    std::optional<std::size_t> scan;
    if (!put_over_scan(value, relations, scan) || !scan) return std::nullopt;
    std::optional<TimeKey> key = value_clock_(*scan, value);
    if (!key) return std::nullopt;
    for (ClockValue& bound : *key) {
        ast::Expression composed = simple;
        (void)replace_same(composed, base, bound.expression);
        simplify_time(composed);
        bound.expression = std::move(composed);
    }
    return key;
}

bool TimeTracer::put_over_scan(ast::Expression& expression, const std::vector<FromRelation>& relations,
                               std::optional<std::size_t>& scan) const {
    if (has_query(expression)) return false;
    bool good = true;
    replace_free_expressions(expression, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference) return false;
        const bool is_parameter = std::any_of(bound.begin(), bound.end(), [&](const std::string& name) {
            return equals_ignoring_case(name, reference->parts.front().text);
        });
        if (!is_parameter) good = good && put_column_over_scan(each, relations, scan);
        return true;
    });
    return good;
}

bool TimeTracer::put_column_over_scan(ast::Expression& reference, const std::vector<FromRelation>& relations,
                                      std::optional<std::size_t>& scan) const {
    const auto resolved = resolve(std::get<ast::ColumnReference>(reference.node), relations);
    if (!resolved) return false;
    ast::Expression value;
    const ast::TableReference& table = *resolved->relation->table;
    if (const auto* bound = std::get_if<ast::BoundScan>(&table.node)) {
        if (!is_stream_(bound->input) || (scan && *scan != bound->input)) return false;
        scan = bound->input;
        value = make_column("", resolved->column, {});
    } else if (const auto* function = std::get_if<ast::TableFunction>(&table.node)) {
        // Elements of a list of the row: FROM feed, UNNEST(items) AS item(i).
        const bool is_element = called_function(function->call) == "unnest" && !function->with_ordinality &&
                                std::get<ast::FunctionCall>(function->call.node).arguments.size() == 1;
        value = function->call;
        if (!is_element || !put_over_scan(value, relations, scan)) return false;
    } else {
        const auto* derived = std::get_if<ast::DerivedTable>(&table.node);
        if (!derived || !derived->query->with.empty() || (table.alias && !table.alias->columns.empty())) return false;
        const auto* select = std::get_if<ast::Select>(&derived->query->body.node);
        if (!select || !select->from) return false;
        ast::Select written_out = *select;
        const auto inner = columns_.relations_of(*select->from);
        expand_stars(written_out, inner);
        const auto item = std::find_if(
            written_out.items.begin(), written_out.items.end(),
            [&](const ast::SelectItem& each) { return equals_ignoring_case(shown_item_name(each), resolved->column); });
        if (item == written_out.items.end()) return false;
        value = item->value;
        if (!put_over_scan(value, inner, scan)) return false;
    }
    for (const std::string& field : resolved->fields) value = make_struct_field(std::move(value), field);
    reference = std::move(value);
    return true;
}

}  // namespace laminar
