#include <algorithm>

#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

/// The name the engine gives to a select item without alias, where that is a plain name; else empty.
std::string natural_name(const ast::Expression& expression) {
    if (const auto* reference = std::get_if<ast::ColumnReference>(&expression.node))
        return reference->parts.back().text;
    if (const auto* field = std::get_if<ast::FieldAccess>(&expression.node)) return field->field.text;
    return {};
}

std::vector<std::string> names_of(const std::vector<ast::Identifier>& identifiers) {
    std::vector<std::string> names;
    for (const ast::Identifier& identifier : identifiers) names.push_back(identifier.text);
    return names;
}

/// The engine would name such an item after what takes its place: a Laminar function, or a scan in a subquery.
bool changes_when_bound(const ast::Expression& expression) {
    if (contains_rewritten_function(expression)) return true;
    bool subquery = false;
    const auto on_query = [&subquery](const ast::Query&) { subquery = true; };
    const auto look = [&](const auto& self, const ast::Expression& each) -> void {
        ast::for_each_child_of_expression(
            each, [&](const ast::Expression& child) { self(self, child); }, on_query);
    };
    look(look, expression);
    return subquery;
}

/// Without a name, a column can only be matched by its place.
bool have_names(const QueryOutput& left, const QueryOutput& right) {
    const auto visible = [](const QueryOutput& output) {
        std::vector<std::string> names;
        for (const ScopeColumn& column : output.columns) {
            if (!column.hidden) names.push_back(fold_case(column.name));
        }
        std::sort(names.begin(), names.end());
        return names;
    };
    const std::vector<std::string> left_names = visible(left);
    const std::vector<std::string> right_names = visible(right);
    const auto all_named = [](const std::vector<std::string>& names) {
        return names.empty() || !names.front().empty();
    };
    return all_named(left_names) && all_named(right_names);
}

/// The values of (a, b) and ROW(a, b); null where it is something else.
std::optional<std::vector<ast::Expression>> values_of_row(const ast::Expression& expression) {
    if (const auto* tuple = std::get_if<ast::Tuple>(&expression.node)) return tuple->elements;
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (call == nullptr || fold_case(call->name.parts.back().text) != "row") return std::nullopt;
    std::vector<ast::Expression> values;
    for (const ast::FunctionArgument& argument : call->arguments) values.push_back(argument.value);
    return values;
}

/// GROUP BY (a, b) means the same as GROUP BY a, b, to the engine, too.
void write_out_rows(std::vector<ast::GroupingElement>& elements) {
    std::vector<ast::GroupingElement> written_out;
    for (ast::GroupingElement& element : elements) {
        std::optional<std::vector<ast::Expression>> values;
        if (element.kind == ast::GroupingElement::Kind::expression && !element.expressions.empty())
            values = values_of_row(element.expressions.front());
        if (!values) {
            written_out.push_back(std::move(element));
            continue;
        }
        std::vector<ast::GroupingElement> inner(values->size());
        for (std::size_t index = 0; index < inner.size(); ++index)
            inner[index].expressions.push_back(std::move((*values)[index]));
        write_out_rows(inner);
        written_out.insert(written_out.end(), std::make_move_iterator(inner.begin()),
                           std::make_move_iterator(inner.end()));
    }
    elements = std::move(written_out);
}

}  // namespace

Scope QueryWalk::make_scope(Outer outer) const {
    Scope scope;
    scope.parent = outer.scope;
    scope.parent_catches_unknown = outer.catches_unknown;
    return scope;
}

QueryOutput* QueryWalk::bind_query(ast::Query& query, Outer outer) {
    const std::size_t visible_tables = common_tables_.size();
    bind_common_tables(query, outer);
    QueryOutput* output = nullptr;
    Scope scope = make_scope(outer);
    if (auto* select = std::get_if<ast::Select>(&query.body.node)) {
        output = &outputs_.emplace_back();
        bind_select(*select, scope, *output);
    } else {
        output = bind_body(query.body, outer, nullptr);
        scope.aliases = output->columns;
    }
    scope.aliases_first = true;
    bind_order_by(query.order_by, scope);
    if (query.order_by_all) demand_all(*output);
    Scope plain = make_scope(outer);
    if (query.limit) bind_expression(*query.limit, plain);
    if (query.offset) bind_expression(*query.offset, plain);
    common_tables_.resize(visible_tables);
    return output;
}

void QueryWalk::bind_common_tables(ast::Query& query, Outer outer) {
    for (ast::CommonTableExpression& table : query.with) {
        if (!table.query) continue;
        CommonTable entry{table.name.text, nullptr, names_of(table.columns), {}};
        const auto name_columns = [&](QueryOutput* output) {
            Relation named;
            named.kind = Relation::Kind::derived;
            named.alias = entry.name;
            named.output = output;
            named.renamed = entry.renamed;
            name_listed_columns(table.columns, named, table.name.span);
            entry.renamed = named.renamed;
            entry.engine_renamed = named.engine_renamed;
        };
        const std::uint64_t relations_before = relation_count_;
        if (!query.recursive) {
            entry.output = bind_query(*table.query, {outer.scope, false});
        } else {
            // The columns of a recursive table are those of its first operand: known before the second is bound.
            entry.output = &outputs_.emplace_back();
            name_columns(entry.output);
            common_tables_.push_back(entry);
            QueryOutput* bound = nullptr;
            if (table.query->with.empty() && std::holds_alternative<ast::SetOperation>(table.query->body.node)) {
                bound = bind_body(table.query->body, {outer.scope, false}, entry.output);
            } else {
                bound = bind_query(*table.query, {outer.scope, false});
            }
            common_tables_.pop_back();
            demand_all(*bound);
            // It reads itself, so that asking it for further names would never end: what it has is what is known now.
            entry.output->columns = bound->columns;
            entry.output->opaque = bound->opaque || bound->is_open();
        }
        if (!entry.renamed.empty() && entry.output->is_open()) demand_all(*entry.output);
        name_columns(entry.output);
        entry.relations = relation_count_ - relations_before;
        common_tables_.push_back(std::move(entry));
    }
}

QueryOutput* QueryWalk::bind_body(ast::QueryBody& body, Outer outer, QueryOutput* recursive) {
    if (auto* select = std::get_if<ast::Select>(&body.node)) {
        QueryOutput& output = outputs_.emplace_back();
        Scope scope = make_scope(outer);
        bind_select(*select, scope, output);
        return &output;
    }
    if (auto* values = std::get_if<ast::Values>(&body.node)) return bind_values(*values, outer);
    if (auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
        return bind_set_operation(*operation, outer, recursive);
    }
    auto& nested = std::get<ast::NestedQuery>(body.node);
    return nested.query ? bind_query(*nested.query, outer) : &outputs_.emplace_back();
}

QueryOutput* QueryWalk::bind_set_operation(ast::SetOperation& operation, Outer outer, QueryOutput* recursive) {
    // A chain of operands leans to the left and may be long: go down without recursion.
    std::vector<ast::SetOperation*> chain{&operation};
    while (auto* next = std::get_if<ast::SetOperation>(&chain.back()->left->node)) chain.push_back(next);
    if (chain.back()->kind == ast::SetOperation::Kind::union_) {
        name_operands_alike(*chain.back()->left, *chain.back()->right);
    }
    QueryOutput* output = bind_body(*chain.back()->left, outer, nullptr);
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
        ast::SetOperation& current = **each;
        if (recursive != nullptr && recursive->columns.empty()) {
            recursive->columns = output->columns;
            recursive->opaque = output->opaque || output->is_open();
        }
        if (current.kind == ast::SetOperation::Kind::union_) name_operands_alike(*current.left, *current.right);
        QueryOutput* left = output;
        QueryOutput* right = bind_body(*current.right, outer, nullptr);
        const bool by_name_as_written = current.by_name;
        // Messages have no order of fields: rows of different connections can only be matched by name.
        if ((left->is_open() || right->is_open()) && recursive == nullptr &&
            current.kind == ast::SetOperation::Kind::union_ && have_names(*left, *right)) {
            current.by_name = true;
        }
        if (current.by_name) match_operands(current, *left, *right);
        output = &outputs_.emplace_back();
        output->columns = left->columns;
        output->opaque = left->opaque || right->opaque;
        const auto find_same = [](const std::vector<ScopeColumn>& columns, const ScopeColumn& column) {
            return std::find_if(columns.begin(), columns.end(), [&](const ScopeColumn& other) {
                return equals_ignoring_case(other.name_in_engine(), column.name_in_engine());
            });
        };
        for (std::size_t index = 0; index < output->columns.size(); ++index) {
            ScopeColumn& column = output->columns[index];
            const TimeRole role = column.facts.role;
            column.facts.role = TimeRole::none;
            const std::vector<ScopeColumn>& others = right->columns;
            auto same = others.end();
            if (by_name_as_written) {
                same = find_same(others, column);
            } else if (index < others.size()) {
                same = others.begin() + static_cast<std::ptrdiff_t>(index);
            }
            if (same == others.end()) continue;
            column.facts = merge_facts(column.facts, same->facts);
            if (same->facts.role == role) column.facts.role = role;
        }
        if (by_name_as_written) {
            for (const ScopeColumn& column : right->columns) {
                if (find_same(left->columns, column) == left->columns.end()) output->columns.push_back(column);
            }
        }
        if (left->passes_names() || right->passes_names()) output->branches = {left, right};
        if (!current.all) demand_all(*output);
    }
    return output;
}

/// SELECT *, 'a' FROM x UNION ALL SELECT *, 'b' FROM y: the items beside the stars get the names that the result has
/// anyway, so that operands whose fields have no order can be matched by name.
void QueryWalk::name_operands_alike(ast::QueryBody& left, ast::QueryBody& right) const {
    ast::QueryBody* first = &left;
    while (auto* nested = std::get_if<ast::SetOperation>(&first->node)) first = &*nested->left;
    auto* named = std::get_if<ast::Select>(&first->node);
    auto* unnamed = std::get_if<ast::Select>(&right.node);
    if (named == nullptr || unnamed == nullptr || named->items.size() != unnamed->items.size()) return;
    const auto is_star = [](const ast::SelectItem& item) { return std::holds_alternative<ast::Star>(item.value.node); };
    if (std::none_of(named->items.begin(), named->items.end(), is_star)) return;
    for (std::size_t index = 0; index < named->items.size(); ++index) {
        ast::SelectItem& source = named->items[index];
        ast::SelectItem& target = unnamed->items[index];
        if (is_star(source) || is_star(target) || target.alias || !natural_name(target.value).empty()) continue;
        if (!source.alias) {
            std::string name = natural_name(source.value);
            if (name.empty()) name = write_expression(source.value).text;
            source.alias = make_identifier(name, source.value.span);
        }
        target.alias = make_identifier(source.alias->text, target.value.span);
    }
}

QueryOutput* QueryWalk::bind_values(ast::Values& values, Outer outer) {
    QueryOutput& output = outputs_.emplace_back();
    Scope scope = make_scope(outer);
    for (auto& row : values.rows) {
        for (std::size_t index = 0; index < row.size(); ++index) {
            const ValueFacts facts = bind_expression(row[index], scope);
            if (index >= output.columns.size()) {
                ScopeColumn column;
                column.name = "col" + std::to_string(index);
                output.columns.push_back(std::move(column));
            }
            output.columns[index].facts = merge_facts(output.columns[index].facts, facts);
        }
    }
    return &output;
}

void QueryWalk::bind_select(ast::Select& select, Scope& scope, QueryOutput& output) {
    if (select.from) bind_table(*select.from, scope);
    for (std::size_t index = 0; index < select.items.size(); ++index) bind_item(select, index, scope, output);
    if (select.where) {
        scope.fields_first = true;
        bind_expression(*select.where, scope, boolean_use());
        scope.fields_first = false;
    }
    write_out_rows(select.group_by);
    for (ast::GroupingElement& element : select.group_by) bind_grouping(element, scope);
    if (select.having) bind_expression(*select.having, scope, boolean_use());
    for (ast::NamedWindow& window : select.windows) bind_window(window.specification, scope);
    if (select.qualify) bind_expression(*select.qualify, scope, boolean_use());
    for (ast::Expression& expression : select.distinct_on) bind_expression(expression, scope);
    if (select.distinct || select.group_by_all) demand_all(output);
}

void QueryWalk::bind_item(ast::Select& select, std::size_t index, Scope& scope, QueryOutput& output) {
    ast::SelectItem& item = select.items[index];
    if (std::holds_alternative<ast::Star>(item.value.node)) {
        bind_star_item(select, index, scope, output);
        return;
    }
    std::string name = item.alias ? item.alias->text : natural_name(item.value);
    if (!check_column_name(name, item.alias ? item.alias->span : item.value.span, *diagnostics_)) return;
    const bool aliased = item.alias.has_value();
    const bool named_by_column = std::holds_alternative<ast::ColumnReference>(item.value.node);
    // The column keeps the name of what the user wrote, not of what it is replaced by.
    const auto name_as_written = [&] {
        if (name.empty()) name = write_expression(item.value).text;
        item.alias = make_identifier(name, item.value.span);
    };
    if (!aliased && changes_when_bound(item.value)) name_as_written();
    const std::size_t paths_before = paths_.size();
    const std::size_t aliases_before = aliases_.size();
    ScopeColumn column;
    const std::size_t patterns_before = pattern_sites_.size();
    column.facts = bind_expression(item.value, scope);
    if (aliased && item.alias->text.find('\\') != std::string::npos) {
        for (std::size_t site = patterns_before; site < pattern_sites_.size(); ++site)
            pattern_sites_[site].names_result = true;
    }
    const bool became_call = named_by_column && std::holds_alternative<ast::FunctionCall>(item.value.node);
    const bool may_become_other = paths_.size() > paths_before || aliases_.size() > aliases_before;
    if (!item.alias && (may_become_other || became_call)) name_as_written();
    column.name = std::move(name);
    if (const auto* reference = std::get_if<ast::ColumnReference>(&item.value.node); reference && !item.alias) {
        const std::string& engine_name = reference->parts.back().text;
        if (shown_column_name(engine_name) != engine_name) column.engine_name = engine_name;
    }
    const bool clashes = std::any_of(output.columns.begin(), output.columns.end(), [&](const ScopeColumn& other) {
        return !other.hidden && other.name != column.name &&
               equals_ignoring_case(other.name_in_engine(), column.name_in_engine());
    });
    if (clashes) column.engine_name = engine_name_beside(output.columns, column.name);
    if (clashes && !column.engine_name.empty()) item.alias = make_identifier(column.engine_name, item.value.span);
    if (aliased) {
        scope.aliases.push_back(column);
        scope.aliases.back().value = &item.value;
    }
    output.columns.push_back(std::move(column));
}

void QueryWalk::bind_grouping(ast::GroupingElement& element, Scope& scope) {
    for (ast::Expression& expression : element.expressions) bind_expression(expression, scope);
    for (ast::GroupingElement& nested : element.elements) bind_grouping(nested, scope);
}

void QueryWalk::bind_order_by(std::vector<ast::OrderItem>& items, Scope& scope) {
    for (ast::OrderItem& item : items) bind_expression(item.value, scope);
}

void QueryWalk::bind_window(ast::WindowSpecification& window, Scope& scope) {
    for (ast::Expression& key : window.partition_by) bind_expression(key, scope);
    Use order_use;
    if (window.frame) {
        const auto bind_bound = [&](ast::FrameBound& bound) {
            if (!bound.offset) return;
            bind_expression(*bound.offset, scope);
            if (window.frame->unit != ast::WindowFrame::Unit::range) return;
            const bool time = peek(*bound.offset, scope).id == TypeId::interval;
            order_use = time ? time_use() : number_use();
        };
        bind_bound(window.frame->begin);
        if (window.frame->end) bind_bound(*window.frame->end);
    }
    for (ast::OrderItem& item : window.order_by) bind_expression(item.value, scope, order_use);
}

}  // namespace laminar
