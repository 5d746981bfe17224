#include "runtime/plan/time/present_time_tracer.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

template <class Node>
std::optional<ast::Expression> first_call(const Node& node) {
    std::optional<ast::Expression> found;
    ast::visit_expressions(node, [&](const ast::Expression& each) {
        if (!found && is_present_time(each)) found = each;
    });
    return found;
}

template <class Node>
std::optional<std::string> name_of_first_call(const Node& node) {
    const auto call = first_call(node);
    return call ? std::optional(shown_present_time(*call)) : std::nullopt;
}

}  // namespace

std::string shown_present_time(const ast::Expression& call) {
    if (std::holds_alternative<ast::PresentTime>(call.node)) return "now()";
    const std::string name = called_function(call);
    return name.empty() || name.starts_with("laminar_") ? "this call" : name + "()";
}

std::string shown(const PresentTimePlace& place) {
    return place.column.empty() ? place.call : fmt::format("\"{}\" (made of {})", place.column, place.call);
}

std::vector<FromRelation> PresentTimeTracer::relations_of(const ast::Select& block) const {
    return block.from ? columns_.relations_of(*block.from) : std::vector<FromRelation>();
}

std::optional<PresentTimePlace> PresentTimeTracer::find(const ast::Expression& expression,
                                                        const ast::Select& block) const {
    if (const auto call = first_call(expression)) return PresentTimePlace{call->span, shown_present_time(*call), {}};
    const bool items_have_one = std::any_of(block.items.begin(), block.items.end(), [](const ast::SelectItem& item) {
        return first_call(item.value).has_value();
    });
    // Asking for the columns of relations takes the engine.
    if (!items_have_one && !(block.from && first_call(*block.from))) return std::nullopt;
    return find_below(expression, block.items, relations_of(block));
}

std::optional<PresentTimePlace> PresentTimeTracer::find_below(const ast::Expression& expression, Items items,
                                                              const std::vector<FromRelation>& relations) const {
    if (is_present_time(expression)) return PresentTimePlace{expression.span, shown_present_time(expression), {}};
    if (const auto* reference = std::get_if<ast::ColumnReference>(&expression.node)) {
        const Call call = of_reference(*reference, items, relations);
        if (!call) return std::nullopt;
        return PresentTimePlace{expression.span, *call, reference->parts.back().text};
    }
    if (is_aggregate_call(expression, aggregates_)) return std::nullopt;
    std::optional<PresentTimePlace> found;
    const auto look_at = [&](const ast::Expression& each) {
        if (!found) found = find_below(each, items, relations);
    };
    ast::for_each_child_of_expression(expression, look_at, [&](const ast::Query& query) {
        ast::visit_expressions(query, [&](const ast::Expression& each) {
            if (is_present_time(each) || std::holds_alternative<ast::ColumnReference>(each.node)) look_at(each);
        });
    });
    return found;
}

PresentTimeTracer::Call PresentTimeTracer::of_reference(const ast::ColumnReference& reference, Items items,
                                                        const std::vector<FromRelation>& relations) const {
    if (const auto resolved = resolve(reference, relations)) return of_column(*resolved->relation, resolved->column);
    const std::string& name = reference.parts.front().text;
    for (const FromRelation& relation : relations) {
        if (equals_ignoring_case(relation.alias, name)) return name_of_first_call(*relation.table);  // A whole row.
    }
    for (std::size_t index = 0; index < items.size(); ++index) {
        const auto& alias = items[index].alias;
        if (alias && equals_ignoring_case(alias->text, name)) return of_item(items, index, relations);
    }
    return std::nullopt;
}

PresentTimeTracer::Call PresentTimeTracer::of_column(const FromRelation& relation, std::string_view column) const {
    const Call call = name_of_first_call(*relation.table);
    const auto* derived = std::get_if<ast::DerivedTable>(&relation.table->node);
    if (!call || !derived) return call;
    const auto place = std::find_if(relation.columns.begin(), relation.columns.end(),
                                    [&](const OutputColumn& each) { return equals_ignoring_case(each.name, column); });
    return of_place(derived->query->body, static_cast<std::size_t>(place - relation.columns.begin()));
}

PresentTimeTracer::Call PresentTimeTracer::of_place(const ast::QueryBody& body, std::size_t place) const {
    // x + x over y + y over z + z would ask twice as often on every level.
    const std::pair key(&body, place);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    return known_.emplace(key, look_in_place(body, place)).first->second;
}

PresentTimeTracer::Call PresentTimeTracer::look_in_place(const ast::QueryBody& body, std::size_t place) const {
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return of_place(nested->query->body, place);
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node); operation && !operation->by_name) {
        const Call left = of_place(*operation->left, place);
        return left ? left : of_place(*operation->right, place);
    }
    ast::Query whole;
    whole.body = body;
    const auto* select = std::get_if<ast::Select>(&body.node);
    if (!select) return name_of_first_call(whole);  // UNION BY NAME, VALUES.
    const auto relations = relations_of(*select);
    ast::Select block = *select;
    expand_stars(block, relations);
    // COLUMNS(...) and the like are several columns in one item.
    if (block.items.size() == columns_.of(whole).size()) return of_item(block.items, place, relations);
    for (std::size_t index = 0; index < block.items.size(); ++index) {
        if (const Call call = of_item(block.items, index, relations)) return call;
    }
    return std::nullopt;
}

PresentTimeTracer::Call PresentTimeTracer::of_item(Items items, std::size_t index,
                                                   const std::vector<FromRelation>& relations) const {
    const auto place = find_below(items[index].value, items.first(index), relations);
    return place ? Call(place->call) : std::nullopt;
}

}  // namespace laminar
