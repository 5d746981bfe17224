#include <algorithm>

#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder_walk.h"
#include "parser/ast/builders.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {

ValueFacts QueryWalk::bind_call(ast::Expression& expression, Scope& scope, const Use& use) {
    auto& call = std::get<ast::FunctionCall>(expression.node);
    const std::string name = fold_case(call.name.parts.back().text);
    if (name == "test_connection") {
        bind_connection_test(expression);
        return {TypeId::varchar, {}, {}};
    }
    if (name == "acknowledge_message") {
        bind_acknowledgement(expression, scope);
        return {TypeId::boolean, {}, {}};
    }
    if (name == "columns") {
        bind_columns_call(call, scope);
        return {};
    }
    if (is_time_window_function(name)) {
        result_.uses_window_functions_of_time = true;
        if (!prepare_time_window(expression, name, scope)) return {};
        if (!function_check_.check_windows(call, 1, *diagnostics_)) return {};
    } else {
        note_function(name);
        function_check_.check_call(call, *diagnostics_);
        if (name == "time_bucket") function_check_.check_windows(call, 0, *diagnostics_);
        if (is_value_in_time(name) && !call.over && !prepare_value_in_time(call, name, scope, expression.span))
            return {};
    }
    return bind_arguments(call, name, scope, use);
}

ValueFacts QueryWalk::bind_arguments(ast::FunctionCall& call, const std::string& name, Scope& scope, const Use& use) {
    const bool one_type = has_arguments_of_one_type(name);
    const bool first_type = returns_first_argument(name);
    Use shared = use;
    if (one_type && shared.says_nothing()) {
        for (const ast::FunctionArgument& argument : call.arguments) {
            if (shared.says_nothing()) shared = comparison_use(peek(argument.value, scope));
        }
    }
    ValueFacts facts;
    std::vector<std::size_t> inputs;
    std::vector<TimeRole> roles;
    for (std::size_t index = 0; index < call.arguments.size(); ++index) {
        ast::Expression& value = call.arguments[index].value;
        if (std::holds_alternative<ast::Star>(value.node) && name == "count") continue;
        Use argument = argument_use(name, index, call.arguments.size());
        if (one_type) argument = shared;
        if (first_type && index == 0) argument = use;
        const bool list = name == "unnest" && index == 0;
        const ValueFacts bound = bind_expression(value, scope, list ? json_use() : argument);
        if (list && !bound.slots.empty()) lists_.push_back({&value, bound.slots.front()});
        add_inputs(inputs, bound.inputs);
        roles.push_back(bound.role);
        if ((first_type && index == 0) || one_type) facts = merge_facts(facts, bound);
    }
    bind_order_by(call.order_by, scope);
    for (ast::OrderItem& item : call.within_group) bind_expression(item.value, scope, within_group_use(name));
    if (call.filter) bind_expression(*call.filter, scope, boolean_use());
    if (call.over) bind_window(*call.over, scope);
    if (!first_type && !one_type) facts.type = function_result_type(name);
    add_inputs(facts.inputs, inputs);
    facts.role = call.over ? TimeRole::none : role_of_call(name, roles);
    return facts;
}

void QueryWalk::note_function(const std::string& name) {
    const FunctionObject* function = catalog_.find_function(name);
    if (function == nullptr || contains_name(result_.function_dependencies, function->name)) return;
    result_.function_dependencies.push_back(function->name);
}

void QueryWalk::bind_connection_test(ast::Expression& expression) {
    auto& call = std::get<ast::FunctionCall>(expression.node);
    const ast::Literal* literal =
        call.arguments.size() == 1 ? std::get_if<ast::Literal>(&call.arguments.front().value.node) : nullptr;
    if (literal == nullptr || literal->kind != ast::LiteralKind::string) {
        diagnostics_->error(DiagnosticCode::query_type_error, expression.span,
                            "TEST_CONNECTION takes the name of one connection as a string",
                            "write TEST_CONNECTION('my_connection')");
        return;
    }
    const auto* connection = catalog_.find_as<ConnectionObject>(literal->text);
    if (connection == nullptr) {
        std::vector<std::string> names;
        for (const CatalogObject* object : catalog_.objects(ast::ObjectKind::connection)) {
            names.push_back(definition_of(*object).name);
        }
        diagnostics_->error(DiagnosticCode::unknown_object, call.arguments.front().value.span,
                            "no connection is named \"" + literal->text + "\"", did_you_mean(literal->text, names));
        return;
    }
    if (!contains_name(result_.connection_tests, connection->name)) {
        result_.connection_tests.push_back(connection->name);
    }
    call.arguments.front().value = make_string(connection->name, call.arguments.front().value.span);
}

void QueryWalk::bind_acknowledgement(ast::Expression& expression, Scope& scope) {
    auto& call = std::get<ast::FunctionCall>(expression.node);
    if (call.arguments.size() != 1) {
        diagnostics_->error(DiagnosticCode::query_type_error, expression.span,
                            "ACKNOWLEDGE_MESSAGE takes one argument, the id of the message",
                            "write ACKNOWLEDGE_MESSAGE(message_id)");
        for (ast::FunctionArgument& argument : call.arguments) bind_expression(argument.value, scope);
        return;
    }
    result_.calls_acknowledge = true;
    // The place is made before the argument is bound: binding remembers where expressions are.
    call.arguments.insert(call.arguments.begin(),
                          ast::FunctionArgument{std::nullopt, make_string("", expression.span)});
    const std::size_t errors_before = diagnostics_->error_count();
    std::vector<std::size_t> inputs = bind_expression(call.arguments[1].value, scope).inputs;
    if (diagnostics_->error_count() > errors_before) return;
    if (inputs.empty()) inputs = inputs_in(scope);

    std::vector<std::string> connections;
    for (const std::size_t index : inputs) {
        const QueryInput& input = result_.inputs[index];
        if (input.kind == InputKind::connection) {
            if (!contains_name(connections, input.object)) connections.push_back(input.object);
        } else if (const auto* table = catalog_.find_as<TableObject>(input.object);
                   table != nullptr && !table->is_stored()) {
            if (!contains_name(connections, table->options.connector)) connections.push_back(table->options.connector);
        }
    }
    if (connections.size() == 1) {
        call.arguments[0].value = make_string(connections.front(), expression.span);
        return;
    }
    if (connections.empty()) {
        diagnostics_->error(DiagnosticCode::query_binding_error, expression.span,
                            "ACKNOWLEDGE_MESSAGE needs rows that come from a connection",
                            "read a connection, or a table WITH (connector = ...), in the same query");
        return;
    }
    // Rows of several connections: each row says where it is from.
    ast::Expression name = make_column("", "connection_name", expression.span);
    bind_expression(name, scope);
    call.arguments[0].value = std::move(name);
}

std::vector<std::size_t> QueryWalk::inputs_in(const Scope& scope) const {
    std::vector<std::size_t> inputs;
    const auto add_relation = [&](const auto& self, const Relation& relation) -> void {
        if (relation.kind == Relation::Kind::scan) add_inputs(inputs, {relation.input});
        for (const ScopeColumn& column : relation.known_columns()) add_inputs(inputs, column.facts.inputs);
        if (relation.output == nullptr) return;
        for (const StarSource* star : relation.output->stars) {
            for (const Relation* inner : star->relations) self(self, *inner);
        }
    };
    for (const Relation* relation : scope.relations) add_relation(add_relation, *relation);
    return inputs;
}

void QueryWalk::bind_columns_call(ast::FunctionCall& call, Scope& scope) {
    for (ast::FunctionArgument& argument : call.arguments) {
        ast::Expression& value = argument.value;
        if (auto* list = std::get_if<ast::ListLiteral>(&value.node)) {
            for (ast::Expression& element : list->elements) {
                auto* literal = std::get_if<ast::Literal>(&element.node);
                if (literal == nullptr) continue;
                ast::Identifier name{literal->text, true, element.span};
                for (Relation* relation : scope.relations) {
                    if (relation->find(literal->text) != nullptr || can_supply(*relation, literal->text)) {
                        ask_relation(*relation, literal->text, element.span);
                        if (name.text == literal->text) name_for_engine(name, *relation);
                    }
                }
                literal->text = name.text;
            }
            continue;
        }
        const bool by_name =
            std::holds_alternative<ast::Literal>(value.node) || std::holds_alternative<ast::Lambda>(value.node);
        if (by_name) {
            // A choice by name needs all fields of messages, and must not find metadata.
            for (Relation* relation : scope.relations) demand_all(*relation);
            pattern_sites_.push_back({&value, scope.relations});
        }
        bind_expression(value, scope);
    }
}

void QueryWalk::finish_lists() {
    for (const ListReference& list : lists_) {
        if (inference_.decided(list.slot).id != TypeId::json) continue;
        ast::Expression cast = make_cast(*list.expression, "JSON", list.expression->span);
        std::get<ast::Cast>(cast.node).type.dimensions.push_back(std::nullopt);
        *list.expression = std::move(cast);
    }
}

void QueryWalk::finish_patterns() {
    for (const PatternSite& site : pattern_sites_) {
        show_names_to_pattern(site);
        const SourceSpan span = site.argument->span;
        ast::In hidden_names;
        hidden_names.negated = true;
        for (const Relation* relation : site.relations) {
            for (std::size_t index = 0; index < relation->known_columns().size(); ++index) {
                const ScopeColumn& column = relation->known_columns()[index];
                if (!column.hidden || !column.carried) continue;
                hidden_names.values.push_back(make_string(fold_case(relation->column_name(index)), span));
            }
        }
        if (hidden_names.values.empty()) continue;
        const auto* lambda = std::get_if<ast::Lambda>(&site.argument->node);
        const std::string parameter =
            lambda != nullptr && !lambda->parameters.empty() ? lambda->parameters.front().text : "name";
        ast::Expression chosen;
        chosen.span = span;
        if (lambda != nullptr) {
            chosen.node = ast::Parenthesized{lambda->body};
        } else {
            chosen = make_call("regexp_matches", {make_column("", parameter, span), *site.argument}, span);
        }
        hidden_names.operand = make_call("lower", {make_column("", parameter, span)}, span);
        ast::Expression visible;
        visible.span = span;
        visible.node = std::move(hidden_names);
        ast::Lambda replacement;
        replacement.parameters = {make_identifier(parameter, span)};
        replacement.body = make_binary(std::move(visible), ast::OperatorKind::conjunction, std::move(chosen));
        *site.argument = ast::Expression{span, std::move(replacement)};
    }
}

}  // namespace laminar
