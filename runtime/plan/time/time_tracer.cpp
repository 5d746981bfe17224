#include "runtime/plan/time/time_tracer.h"

#include <algorithm>
#include <array>

#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

namespace {

bool is_time_type(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{
        "TIMESTAMP",   "DATETIME",     "DATE",         "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE",
        "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_US", "TIMESTAMP_NS"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_window_field(std::string_view field) {
    return equals_ignoring_case(field, "start") || equals_ignoring_case(field, "end");
}

ast::Expression* growing(ast::Box<ast::Expression>& operand) { return growing_reference(*operand); }

ast::Expression* growing_call(ast::FunctionCall& call, const std::string& name) {
    const auto constant = [&](std::size_t index) { return !contains_column(call.arguments[index].value); };
    const std::size_t count = call.arguments.size();
    if ((name == "date_trunc" || name == "datetrunc") && count == 2 && constant(0))
        return growing_reference(call.arguments[1].value);
    if (name == "time_bucket" && count >= 2 && constant(0) && (count < 3 || constant(2)))
        return growing_reference(call.arguments[1].value);
    if (name == "struct_extract" && count == 2) {
        const auto* field = std::get_if<ast::Literal>(&call.arguments[1].value.node);
        return field && is_window_field(field->text) ? growing_reference(call.arguments[0].value) : nullptr;
    }
    return nullptr;
}

/// The same for all rows: it grows with its time.
bool is_even(const ast::TimeWindow& window) {
    const auto constant = [](const ast::ExpressionBox& part) { return !part || !contains_column(*part); };
    return window.kind != ast::TimeWindow::Kind::session && constant(window.slide) && constant(window.size) &&
           constant(window.offset);
}

/// simplified_field of what is left of a structure once it is simple.
void take_field(ast::Expression& expression, ast::Expression& of, const std::string& field) {
    simplify_time(of);
    ast::Expression structure = std::move(of);
    expression = simplified_field(std::move(structure), field);
}

void simplify_window(ast::Expression& expression) {
    auto& window = std::get<ast::TimeWindow>(expression.node);
    simplify_time(*window.time);
    if (window.kind == ast::TimeWindow::Kind::session || window.part == ast::TimeWindow::Part::start) return;
    ast::StructLiteral structure = window_structure(window, expression.span);
    expression.node = std::move(structure);
}

/// Of rows that come by either way.
std::optional<TimeKey> of_both(std::optional<TimeKey> one, const std::optional<TimeKey>& other) {
    if (!one || !other) return std::nullopt;
    one->insert(one->end(), other->begin(), other->end());
    return one;
}

}  // namespace

ast::Expression* growing_reference(ast::Expression& expression) {
    if (std::holds_alternative<ast::ColumnReference>(expression.node)) return &expression;
    if (auto* nested = std::get_if<ast::Parenthesized>(&expression.node)) return growing(nested->inner);
    if (auto* cast = std::get_if<ast::Cast>(&expression.node)) {
        const bool time = is_time_type(cast->type.name) && cast->type.dimensions.empty();
        return time && cast->style != ast::Cast::Style::try_cast ? growing(cast->operand) : nullptr;
    }
    if (auto* binary = std::get_if<ast::Binary>(&expression.node)) {
        if (is_sum(binary->op.kind()) && !contains_column(*binary->right)) return growing(binary->left);
        const bool is_added = binary->op.is(ast::OperatorKind::add) && !contains_column(*binary->left);
        return is_added ? growing(binary->right) : nullptr;
    }
    if (auto* structure = std::get_if<ast::StructLiteral>(&expression.node)) {
        // A window: both ends grow with the same reference.
        if (structure->entries.size() != 2) return nullptr;
        ast::Expression* start = growing_reference(structure->entries[0].value);
        ast::Expression* end = growing_reference(structure->entries[1].value);
        return start && end && ast::same_structure(*start, *end) ? start : nullptr;
    }
    if (auto* access = std::get_if<ast::FieldAccess>(&expression.node))
        return is_window_field(access->field.text) ? growing(access->operand) : nullptr;
    if (auto* window = std::get_if<ast::TimeWindow>(&expression.node))
        return is_even(*window) ? growing(window->time) : nullptr;
    if (auto* call = std::get_if<ast::FunctionCall>(&expression.node))
        return call->over ? nullptr : growing_call(*call, called_function(expression));
    return nullptr;
}

ast::Expression* growing_value(ast::Expression& expression) {
    if (ast::Expression* reference = growing_reference(expression)) return reference;
    const auto constant = [](const ast::Expression& part) { return !contains_column(part); };
    if (auto* nested = std::get_if<ast::Parenthesized>(&expression.node)) return growing_value(*nested->inner);
    if (auto* window = std::get_if<ast::TimeWindow>(&expression.node))
        return is_even(*window) ? growing_value(*window->time) : nullptr;
    if (auto* binary = std::get_if<ast::Binary>(&expression.node)) {
        if (is_sum(binary->op.kind()) && constant(*binary->right)) return growing_value(*binary->left);
    } else if (auto* structure = std::get_if<ast::StructLiteral>(&expression.node)) {
        if (structure->entries.size() != 2) return nullptr;
        ast::Expression* start = growing_value(structure->entries[0].value);
        ast::Expression* end = growing_value(structure->entries[1].value);
        return start && end && ast::same_structure(*start, *end) ? start : nullptr;
    } else if (auto* call = std::get_if<ast::FunctionCall>(&expression.node)) {
        const std::string name = called_function(expression);
        const bool cuts = name == "date_trunc" || name == "datetrunc" || name == "time_bucket";
        const bool even = call->arguments.size() < 3 || constant(call->arguments[2].value);
        if (cuts && even && call->arguments.size() >= 2 && constant(call->arguments[0].value))
            return growing_value(call->arguments[1].value);
    }
    return contains_column(expression) ? &expression : nullptr;
}

void simplify_time(ast::Expression& expression) {
    if (auto* access = std::get_if<ast::FieldAccess>(&expression.node))
        return take_field(expression, *access->operand, std::string(access->field.text));
    if (std::holds_alternative<ast::TimeWindow>(expression.node)) return simplify_window(expression);
    const std::string function = called_function(expression);
    if (function == "struct_extract") {
        auto& call = std::get<ast::FunctionCall>(expression.node);
        const auto* name = std::get_if<ast::Literal>(&call.arguments.back().value.node);
        if (name) take_field(expression, call.arguments.front().value, std::string(name->text));
        return;
    }
    if (function == "unnest") {
        ast::Expression windows = std::get<ast::FunctionCall>(expression.node).arguments.front().value;
        if (!as_window(windows, ast::TimeWindow::Kind::hop)) return;
        expression = std::move(windows);
        return simplify_window(expression);
    }
    if (auto* nested = std::get_if<ast::Parenthesized>(&expression.node)) {
        simplify_time(*nested->inner);
        ast::Expression value = std::move(*nested->inner);
        expression = std::move(value);
    } else if (auto* cast = std::get_if<ast::Cast>(&expression.node)) {
        simplify_time(*cast->operand);
    } else if (auto* binary = std::get_if<ast::Binary>(&expression.node)) {
        simplify_time(*binary->left);
        simplify_time(*binary->right);
    } else if (auto* call = std::get_if<ast::FunctionCall>(&expression.node)) {
        for (ast::FunctionArgument& argument : call->arguments) simplify_time(argument.value);
    } else if (auto* structure = std::get_if<ast::StructLiteral>(&expression.node)) {
        for (ast::KeyValue& entry : structure->entries) simplify_time(entry.value);
    }
}

bool is_time(const ColumnType& type) noexcept {
    return type.id == TypeId::timestamp || type.id == TypeId::timestamp_tz || type.id == TypeId::timestamp_s ||
           type.id == TypeId::timestamp_ms || type.id == TypeId::timestamp_ns || type.id == TypeId::date;
}

bool is_window_structure(const TimeKey& key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](const ClockValue& value) {
        return std::holds_alternative<ast::StructLiteral>(value.expression.node);
    });
}

ast::Expression window_at_clock() {
    ast::StructLiteral structure;
    structure.entries.push_back({make_string("start", {}), make_column("", clock_variable, {})});
    structure.entries.push_back({make_string("end", {}), make_column("", clock_variable, {})});
    return {{}, std::move(structure)};
}

TimeKey as_timestamps(TimeKey key) {
    for (ClockValue& value : key) {
        if (std::holds_alternative<ast::StructLiteral>(value.expression.node))
            value.expression = simplified_field(std::move(value.expression), "start");
        value.expression = make_cast(std::move(value.expression), "TIMESTAMP", {});
    }
    return key;
}

std::optional<TimeKey> TimeTracer::trace(const ast::Expression& expression, const ast::TableReference& from) const {
    return trace(expression, columns_.relations_of(from));
}

std::optional<TimeKey> TimeTracer::trace(const ast::Expression& expression,
                                         const std::vector<FromRelation>& relations) const {
    ast::Expression simple = expression;
    simplify_time(simple);
    auto key = trace_reference(simple, relations);
    return key ? key : trace_value(simple, relations);
}

std::optional<TimeKey> TimeTracer::trace_reference(const ast::Expression& expression,
                                                   const std::vector<FromRelation>& relations) const {
    ast::Expression simple = expression;
    const ast::Expression* base = growing_reference(simple);
    if (!base) return std::nullopt;
    const ast::Expression reference = *base;
    const auto resolved = resolve(std::get<ast::ColumnReference>(reference.node), relations);
    if (!resolved) return std::nullopt;
    for (const std::string& field : resolved->fields) {
        if (!is_window_field(field)) return std::nullopt;
    }
    std::optional<TimeKey> key = trace_table_column(*resolved->relation->table, resolved->column);
    if (!key || key->empty()) return std::nullopt;
    for (ClockValue& value : *key) {
        for (const std::string& field : resolved->fields)
            value.expression = simplified_field(std::move(value.expression), field);
        ast::Expression composed = simple;
        (void)replace_same(composed, reference, value.expression);
        simplify_time(composed);
        value.expression = std::move(composed);
    }
    return key;
}

std::optional<TimeKey> TimeTracer::trace_table_column(const ast::TableReference& table,
                                                      const std::string& column) const {
    if (const auto* scan = std::get_if<ast::BoundScan>(&table.node)) {
        if (!is_stream_(scan->input)) return std::nullopt;
        return scan_clock_(scan->input, column);
    }
    const auto* derived = std::get_if<ast::DerivedTable>(&table.node);
    if (!derived) return std::nullopt;
    if (table.alias && !table.alias->columns.empty()) {
        const auto columns = columns_.of(*derived->query);
        for (std::size_t index = 0; index < table.alias->columns.size() && index < columns.size(); ++index) {
            if (equals_ignoring_case(table.alias->columns[index].text, column))
                return derived->query->with.empty() ? trace_body_column_at(derived->query->body, index) : std::nullopt;
        }
    }
    return trace_column(*derived->query, column);
}

std::optional<TimeKey> TimeTracer::trace_column(const ast::Query& query, const std::string& column) const {
    return query.with.empty() ? trace_body_column(query.body, column) : std::nullopt;
}

/// By its place, since it may have no name of its own, or one that another column has as well.
std::optional<TimeKey> TimeTracer::trace_body_column_at(const ast::QueryBody& body, std::size_t place) const {
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node))
        return nested->query->with.empty() ? trace_body_column_at(nested->query->body, place) : std::nullopt;
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node); operation && !operation->by_name)
        return of_both(trace_body_column_at(*operation->left, place), trace_body_column_at(*operation->right, place));
    const auto* select = std::get_if<ast::Select>(&body.node);
    const bool has_star = select && std::any_of(select->items.begin(), select->items.end(), [](const auto& item) {
                              return std::holds_alternative<ast::Star>(item.value.node);
                          });
    if (select && select->from && !has_star)
        return place < select->items.size() ? trace(select->items[place].value, columns_.relations_of(*select->from))
                                            : std::nullopt;
    ast::Query whole;
    whole.body = body;
    const auto columns = columns_.of(whole);
    return place < columns.size() ? trace_body_column(body, columns[place].name) : std::nullopt;
}

std::optional<TimeKey> TimeTracer::trace_body_column(const ast::QueryBody& body, const std::string& column) const {
    if (const auto* nested = std::get_if<ast::NestedQuery>(&body.node)) return trace_column(*nested->query, column);
    if (const auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
        if (operation->by_name)
            return of_both(trace_body_column(*operation->left, column), trace_body_column(*operation->right, column));
        ast::Query whole;
        whole.body = body;
        const auto columns = columns_.of(whole);
        const auto place = std::find_if(columns.begin(), columns.end(), [&](const OutputColumn& each) {
            return equals_ignoring_case(each.name, column);
        });
        if (place == columns.end()) return std::nullopt;
        return trace_body_column_at(body, static_cast<std::size_t>(place - columns.begin()));
    }
    const auto* select = std::get_if<ast::Select>(&body.node);
    if (!select || !select->from) return std::nullopt;
    const auto relations = columns_.relations_of(*select->from);
    for (const ast::SelectItem& item : select->items) {
        if (equals_ignoring_case(shown_item_name(item), column)) return trace(item.value, relations);
    }
    for (const ast::SelectItem& item : select->items) {
        const auto* star = std::get_if<ast::Star>(&item.value.node);
        if (!star) continue;
        std::string source = column;
        for (const auto& [from, to] : star->rename) {
            if (equals_ignoring_case(to.text, column)) source = from.parts.back().text;
        }
        for (const auto& replacement : star->replace) {
            if (equals_ignoring_case(replacement.name.text, column)) return trace(replacement.value, relations);
        }
        const std::string relation = star->qualifier.empty() ? std::string() : star->qualifier.back().text;
        return trace(make_column(relation, source, {}), relations);
    }
    return std::nullopt;
}

}  // namespace laminar
