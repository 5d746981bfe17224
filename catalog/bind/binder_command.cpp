#include <fmt/format.h>

#include "catalog/bind/binding_context.h"
#include "catalog/objects/session_settings.h"
#include "catalog/query/query_binder.h"
#include "catalog/validation/option_value_reader.h"
#include "parser/text/byte_size.h"
#include "parser/text/interval_text.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

std::optional<BoundQuery> bind_query(const BindingContext& context, const ast::Query& query) {
    return QueryBinder(context.catalog, context.registry, context.checker, context.diagnostics)
        .bind(context.source, query);
}

/// SELECT * FROM name.
ast::Query select_all_from(const ast::QualifiedName& name) {
    ast::Select select;
    select.items.push_back({{name.span, ast::Star{}}, std::nullopt});
    ast::TableReference table;
    table.span = name.span;
    table.node = ast::NamedTable{name};
    select.from = std::move(table);
    ast::Query query;
    query.span = name.span;
    query.body = {name.span, std::move(select)};
    return query;
}

bool check_streams(const BindingContext& context, const BoundQuery& query, SourceSpan span, std::string_view what) {
    if (query.reads_stream()) return true;
    context.error(DiagnosticCode::not_a_source, span,
                  fmt::format("{} does not read a stream: nothing would arrive", what),
                  "use SELECT for what is there now");
    return false;
}

/// SELECT answers from rows that are there, and connections and pipelines keep none.
bool check_keeps_rows(const BindingContext& context, const BoundQuery& query) {
    bool good = true;
    for (const QueryInput& input : query.inputs) {
        if (input.kind != InputKind::connection && input.kind != InputKind::pipeline) continue;
        const bool connection = input.kind == InputKind::connection;
        context.error(DiagnosticCode::unsupported_on_stream, input.span,
                      fmt::format("{} \"{}\" keeps no rows, so there is nothing to select from yet",
                                  connection ? "connection" : "pipeline", input.object),
                      connection
                          ? fmt::format("bind a table to it (CREATE TABLE t (...) WITH (connector = '{}')), or use "
                                        "SUBSCRIBE TO (SELECT ...) to see rows as they come",
                                        input.object)
                          : fmt::format("use SUBSCRIBE TO {}, or let the pipeline INSERT INTO a table", input.object));
        good = false;
    }
    return good;
}

std::vector<std::string> describable_names(const BindingContext& context) { return context.catalog.relation_names(); }

}  // namespace

std::optional<BoundStatementNode> bind_select(const BindingContext& context, const ast::SelectStatement& select) {
    std::optional<BoundQuery> query = bind_query(context, *select.query);
    if (!query) return std::nullopt;
    if (!context.explained && !check_keeps_rows(context, *query)) return std::nullopt;
    return BoundSelect{std::move(*query)};
}

std::optional<BoundStatementNode> bind_subscribe(const BindingContext& context, const ast::Subscribe& subscribe) {
    BoundSubscribe bound;
    std::optional<BoundQuery> query;
    SourceSpan span;
    if (subscribe.name) {
        const CatalogObject* object = find_object(
            context, *subscribe.name,
            {ast::ObjectKind::connection, ast::ObjectKind::table, ast::ObjectKind::view, ast::ObjectKind::pipeline});
        if (object == nullptr) return std::nullopt;
        bound.name = definition_of(*object).name;
        span = subscribe.name->span;
        query = bind_query(context, select_all_from({{*subscribe.name}, span}));
    } else {
        bound.name = "query";
        span = subscribe.query->span;
        query = bind_query(context, *subscribe.query);
    }
    if (!query) return std::nullopt;
    const std::string what = subscribe.name ? fmt::format("\"{}\"", bound.name) : std::string("the query");
    if (!check_streams(context, *query, span, what)) return std::nullopt;
    const std::size_t errors_before = context.diagnostics.error_count();
    bound.facts = context.checker.check_continuous(*query, context.catalog, context.diagnostics);
    if (context.diagnostics.error_count() > errors_before) return std::nullopt;
    bound.query = std::move(*query);
    return bound;
}

std::optional<BoundStatementNode> bind_wait_for(const BindingContext& context, const ast::WaitFor& wait) {
    BoundWaitFor bound;
    const CatalogObject* object = find_object(
        context, wait.name, {ast::ObjectKind::connection, ast::ObjectKind::table, ast::ObjectKind::pipeline});
    if (object != nullptr) {
        bound.name = definition_of(*object).name;
        bound.kind = kind_of(*object);
        if (wait.count && bound.kind == ast::ObjectKind::connection)
            context.error(
                DiagnosticCode::wrong_object_kind, wait.name.span,
                fmt::format("rows are counted in tables and pipelines, and \"{}\" is a connection", bound.name),
                "WAIT FOR connection waits until it is connected");
    }
    const auto* table = object != nullptr ? std::get_if<TableObject>(object) : nullptr;
    if (table != nullptr && table->only_sends())
        context.error(DiagnosticCode::not_a_source, wait.name.span,
                      fmt::format("table \"{}\" only sends rows, so none will ever come", table->name),
                      "wait for the pipeline that writes to it");
    bound.count = wait.count;
    bound.read = wait.read && bound.kind == ast::ObjectKind::pipeline;
    if (wait.timeout) {
        const auto* interval = std::get_if<ast::OptionValue::Interval>(&wait.timeout->node);
        const auto* string = std::get_if<ast::OptionValue::String>(&wait.timeout->node);
        if (interval != nullptr) bound.timeout = parse_fixed_interval(interval->text, interval->unit);
        if (string != nullptr) bound.timeout = parse_fixed_interval(string->text);
        if (!bound.timeout || bound.timeout->count() < 0) {
            context.error(DiagnosticCode::invalid_literal, wait.timeout->span,
                          "TIMEOUT needs an interval of fixed length", "for example TIMEOUT INTERVAL '30 seconds'");
            return std::nullopt;
        }
    }
    if (object == nullptr) return std::nullopt;
    return bound;
}

std::optional<BoundStatementNode> bind_pause_resume(const BindingContext& context, const ast::PauseResume& pause) {
    const CatalogObject* object = find_object(context, pause.name, {pause.kind});
    if (object == nullptr) return std::nullopt;
    return BoundPauseResume{pause.resume, pause.kind, definition_of(*object).name};
}

std::optional<BoundStatementNode> bind_show(const BindingContext&, const ast::Show& show) {
    return BoundShow{show.what, show.like};
}

std::optional<BoundStatementNode> bind_show_create(const BindingContext& context, const ast::ShowCreate& show) {
    const bool any = !show.kind;
    const FunctionObject* function = context.catalog.find_function(show.name.text);
    if (function != nullptr &&
        (show.kind == ast::ObjectKind::function || (any && context.catalog.find(show.name.text) == nullptr)))
        return BoundShowCreate{ast::ObjectKind::function, function->name};
    if (show.kind == ast::ObjectKind::function) {
        std::vector<std::string> names;
        for (const CatalogObject* object : context.catalog.objects(ast::ObjectKind::function))
            names.push_back(definition_of(*object).name);
        context.error(DiagnosticCode::unknown_object, show.name.span,
                      fmt::format("no function \"{}\" is declared", show.name.text),
                      did_you_mean(show.name.text, names));
        return std::nullopt;
    }
    const std::vector<ast::ObjectKind> kinds = any ? std::vector{ast::ObjectKind::connection, ast::ObjectKind::table,
                                                                 ast::ObjectKind::view, ast::ObjectKind::pipeline}
                                                   : std::vector{*show.kind};
    const CatalogObject* object = find_object(context, show.name, kinds);
    if (object == nullptr) return std::nullopt;
    return BoundShowCreate{kind_of(*object), definition_of(*object).name};
}

std::optional<BoundStatementNode> bind_describe(const BindingContext& context, const ast::Describe& describe) {
    BoundDescribe bound;
    if (describe.query) {
        bound.query = bind_query(context, *describe.query);
        if (!bound.query) return std::nullopt;
        return bound;
    }
    if (describe.name.parts.empty()) return std::nullopt;
    const ast::Identifier& last = describe.name.parts.back();
    if (describe.connector) {
        const ConnectorDescriptor* connector = context.registry.find(last.text);
        if (connector == nullptr || describe.name.parts.size() > 1) {
            const std::vector<std::string> names = context.registry.names();
            std::string hint = did_you_mean(last.text, names);
            if (hint.empty()) hint = fmt::format("the connectors are {}", list_names(names));
            context.error(DiagnosticCode::unknown_connector, describe.name.span,
                          fmt::format("no connector \"{}\" exists", last.text), std::move(hint));
            return std::nullopt;
        }
        bound.connector = true;
        bound.name = std::string(connector->name);
        return bound;
    }
    if (describe.name.parts.size() == 1) {
        const CatalogObject* object = context.catalog.find(last.text);
        if (object == nullptr) {
            const bool function = context.catalog.find_function(last.text) != nullptr;
            std::string hint = function ? fmt::format("it is a function: SHOW CREATE FUNCTION {}", last.text)
                                        : did_you_mean(last.text, describable_names(context));
            if (hint.empty() && context.registry.find(last.text) != nullptr)
                hint = fmt::format("it is a connector: DESCRIBE CONNECTOR {}", last.text);
            context.error(DiagnosticCode::unknown_object, last.span,
                          fmt::format("no connection, table, view or pipeline \"{}\" exists", last.text),
                          std::move(hint));
            return std::nullopt;
        }
        bound.name = definition_of(*object).name;
        if (std::holds_alternative<ConnectionObject>(*object)) return bound;
    } else {
        for (const ast::Identifier& part : describe.name.parts)
            bound.name += (bound.name.empty() ? "" : ".") + part.text;
    }
    // What its rows will be like is of no concern here.
    Diagnostics findings(context.source);
    bound.query = QueryBinder(context.catalog, context.registry, context.checker, findings)
                      .bind(context.source, select_all_from(describe.name));
    for (const Diagnostic& finding : findings.all()) {
        if (finding.severity == Severity::error) context.diagnostics.add(finding);
    }
    if (!bound.query) return std::nullopt;
    return bound;
}

std::optional<BoundStatementNode> bind_set(const BindingContext& context, const ast::Set& set) {
    const OptionSchema& schema = session_setting_schema();
    const OptionDeclaration* setting = schema.find(set.name.text);
    if (setting == nullptr) {
        std::vector<std::string> names;
        for (const OptionDeclaration& option : schema.options()) names.emplace_back(option.name);
        std::string hint = did_you_mean(set.name.text, names);
        if (hint.empty()) hint = fmt::format("the settings are {}", list_names(names));
        context.error(DiagnosticCode::unknown_setting, set.name.span,
                      fmt::format("no setting \"{}\" exists", set.name.text), std::move(hint));
        return std::nullopt;
    }
    const std::optional<OptionData> data = read_option_value(*setting, set.value, context.diagnostics);
    if (!data) return std::nullopt;
    BoundSet bound;
    bound.name = std::string(setting->name);
    if (const auto* flag = std::get_if<bool>(&*data)) bound.value = *flag;
    if (const auto* integer = std::get_if<std::int64_t>(&*data)) bound.value = *integer;
    if (const auto* decimal = std::get_if<double>(&*data)) bound.value = *decimal;
    if (const auto* text = std::get_if<std::string>(&*data)) {
        if (is_size_setting(bound.name) && !parse_byte_size(*text)) {
            context.error(DiagnosticCode::invalid_literal, set.value.span,
                          fmt::format("\"{}\" is no value for {}", *text, bound.name),
                          "sizes are written as '10GB' or '500MB'");
            return std::nullopt;
        }
        if (!is_size_setting(bound.name) &&
            !context.checker.check_setting(bound.name, *text, set.value.span, context.diagnostics))
            return std::nullopt;
        bound.value = *text;
    }
    return bound;
}

}  // namespace laminar
