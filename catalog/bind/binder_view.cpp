#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "catalog/bind/binder.h"
#include "catalog/bind/binding_context.h"
#include "catalog/bind/table_options.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/function_check.h"
#include "catalog/query/function_expansion.h"
#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder.h"
#include "catalog/validation/option_validator.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// Whether reading these objects would read the object of that name, through views and pipelines.
bool reaches(const Catalog& catalog, const std::vector<std::string>& dependencies, std::string_view name) {
    std::vector<std::string> pending = dependencies;
    std::vector<std::string> seen;
    while (!pending.empty()) {
        const std::string next = fold_case(pending.back());
        pending.pop_back();
        if (next == fold_case(name)) return true;
        if (std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
        seen.push_back(next);
        const CatalogObject* object = catalog.find(next);
        if (object == nullptr) continue;
        const Definition& definition = definition_of(*object);
        pending.insert(pending.end(), definition.dependencies.begin(), definition.dependencies.end());
    }
    return false;
}

/// Whether calling these functions would call the one of that name.
bool calls(const Catalog& catalog, const std::vector<std::string>& functions, std::string_view name) {
    std::vector<std::string> pending = functions;
    std::set<std::string> seen;
    while (!pending.empty()) {
        const std::string next = fold_case(pending.back());
        pending.pop_back();
        if (equals_ignoring_case(next, name)) return true;
        if (!seen.insert(next).second) continue;
        const FunctionObject* function = catalog.find_function(next);
        if (function == nullptr) continue;
        const auto& further = function->function_dependencies;
        pending.insert(pending.end(), further.begin(), further.end());
    }
    return false;
}

/// A result whose rows are taken back needs a sink that can take them back.
bool check_changes(const BindingContext& context, const TableObject& sink, SourceSpan span) {
    if (sink.is_stored() && sink.primary_key.empty()) {
        context.error(
            DiagnosticCode::not_a_sink, span,
            fmt::format("the result of the query is updated as rows come, and table \"{}\" has no PRIMARY KEY "
                        "by which rows could be replaced",
                        sink.name),
            "give the table a PRIMARY KEY, or group by a window, whose rows stay");
        return false;
    }
    if (!sink.is_stored() && sink.options.changelog == Changelog::none) {
        context.error(DiagnosticCode::not_a_sink, span,
                      fmt::format("the result of the query is updated as rows come, and table \"{}\" does not say how "
                                  "changes are sent",
                                  sink.name),
                      fmt::format("CREATE TABLE {} ... WITH (connector = '{}', changelog = 'upsert')", sink.name,
                                  sink.options.connector));
        return false;
    }
    return true;
}

bool check_not_circular(const BindingContext& context, ast::ObjectKind kind, const ast::Identifier& name,
                        const ast::Query& query, const BoundQuery& bound) {
    if (!reaches(context.catalog, bound.dependencies, name.text)) return true;
    context.error(DiagnosticCode::circular_dependency, find_reference(query, name.text).value_or(name.span),
                  fmt::format("{} \"{}\" would read itself", kind_name(kind), name.text));
    return false;
}

/// Gives a view's columns the names in brackets.
bool name_columns(const BindingContext& context, const ast::CreateView& create, ViewObject& view) {
    if (create.columns.empty()) return true;
    bool good = true;
    for (std::size_t i = 0; i < create.columns.size(); ++i) {
        good = check_column_name(create.columns[i].text, create.columns[i].span, context.diagnostics) && good;
        for (std::size_t j = 0; j < i; ++j) {
            const bool quoted = create.columns[i].quoted || create.columns[j].quoted;
            const std::string& other = create.columns[j].text;
            if (quoted ? create.columns[i].text != other : !equals_ignoring_case(create.columns[i].text, other))
                continue;
            context.error(DiagnosticCode::duplicate_column, create.columns[i].span,
                          fmt::format("column \"{}\" is named twice", create.columns[i].text));
            good = false;
            break;
        }
        view.column_names.push_back(create.columns[i].text);
    }
    const bool open = std::any_of(view.columns.begin(), view.columns.end(),
                                  [](const OutputColumn& column) { return column.name == open_fields_column; });
    if (open) {
        context.error(DiagnosticCode::column_count_mismatch, create.columns.front().span,
                      "columns cannot be named where * stands for the fields of messages",
                      "list the fields in the query");
        return false;
    }
    if (create.columns.size() != view.columns.size()) {
        context.error(
            DiagnosticCode::column_count_mismatch, cover(create.columns.front().span, create.columns.back().span),
            fmt::format("{} columns are named, but the query has {}", create.columns.size(), view.columns.size()));
        return false;
    }
    const std::vector<std::string> names = engine_column_names(view.column_names);
    for (std::size_t i = 0; i < names.size(); ++i) view.columns[i].name = names[i];
    return good;
}

}  // namespace

std::optional<BoundStatementNode> bind_create_view(const BindingContext& context, const ast::CreateView& create) {
    const Creation creation =
        check_creation(context, ast::ObjectKind::view, create.name, create.or_replace, create.if_not_exists);
    std::optional<BoundQuery> query =
        QueryBinder(context.catalog, context.registry, context.checker, context.diagnostics)
            .bind(context.source, *create.query);
    if (!query || creation == Creation::refused) return std::nullopt;
    if (!check_not_circular(context, ast::ObjectKind::view, create.name, *create.query, *query)) return std::nullopt;
    ViewObject view;
    define(context, create.name, view);
    view.query = *create.query;
    view.columns = query->columns;
    view.dependencies = query->dependencies;
    view.function_dependencies = query->function_dependencies;
    if (!name_columns(context, create, view)) return std::nullopt;
    if (creation == Creation::replace && !check_users(context, view, create.name.span)) return std::nullopt;
    return bound_create(creation, std::move(view), std::move(query));
}

std::optional<BoundStatementNode> bind_create_pipeline(const BindingContext& context,
                                                       const ast::CreatePipeline& create) {
    const Creation creation =
        check_creation(context, ast::ObjectKind::pipeline, create.name, create.or_replace, create.if_not_exists);
    const auto options =
        validate_option_set(pipeline_option_schema(), create.name.span, create.options, context.diagnostics);
    const TableObject* sink = create.sink ? find_sink(context, *create.sink) : nullptr;
    std::optional<BoundQuery> query =
        QueryBinder(context.catalog, context.registry, context.checker, context.diagnostics)
            .bind(context.source, *create.query);
    const bool good = options && creation != Creation::refused && (sink != nullptr || !create.sink) && query;
    if (!good) return std::nullopt;
    if (!check_not_circular(context, ast::ObjectKind::pipeline, create.name, *create.query, *query))
        return std::nullopt;
    if (!query->reads_stream()) {
        context.error(
            DiagnosticCode::not_a_source, create.query->span, "the query of a pipeline must read a stream",
            "name a connection, or a table that is bound to one; for stored tables use INSERT INTO or a view");
        return std::nullopt;
    }
    const std::size_t errors_before = context.diagnostics.error_count();
    const auto facts = context.checker.check_continuous(*query, context.catalog, context.diagnostics);
    if (context.diagnostics.error_count() > errors_before) return std::nullopt;
    PipelineObject pipeline;
    define(context, create.name, pipeline);
    pipeline.query = *create.query;
    pipeline.options = static_cast<const PipelineOptions&>(*options);
    pipeline.columns = query->columns;
    pipeline.event_time = query->event_time;
    pipeline.facts = facts;
    pipeline.dependencies = query->dependencies;
    pipeline.function_dependencies = query->function_dependencies;
    if (sink != nullptr) {
        pipeline.sink = sink->name;
        if (reaches(context.catalog, query->dependencies, sink->name) && sink->is_stored()) {
            context.error(
                DiagnosticCode::circular_dependency, create.sink->span,
                fmt::format("pipeline \"{}\" would write to \"{}\", which it reads", create.name.text, sink->name));
            return std::nullopt;
        }
        if (!check_sink_columns(context, *sink, create.sink_columns, create.sink->span, *query, *create.query) ||
            (facts && facts->changes && !check_changes(context, *sink, create.sink->span)))
            return std::nullopt;
        for (const ast::Identifier& column : create.sink_columns) pipeline.sink_columns.push_back(column.text);
        const auto& known = pipeline.dependencies;
        if (std::find(known.begin(), known.end(), sink->name) == known.end())
            pipeline.dependencies.push_back(sink->name);
    } else if (!create.sink_columns.empty()) {
        return std::nullopt;
    }
    return bound_create(creation, std::move(pipeline), std::move(query));
}

std::optional<BoundStatementNode> bind_create_function(const BindingContext& context,
                                                       const ast::CreateFunction& create) {
    Creation creation =
        check_creation(context, ast::ObjectKind::function, create.name, create.or_replace, create.if_not_exists);
    const bool declared = context.catalog.find_function(create.name.text) != nullptr;
    const std::string folded = fold_case(create.name.text);
    const bool built_in = context.checker.has_function(folded) || is_rewritten_function(folded) ||
                          context.checker.is_withheld(folded) != Withheld::no;
    if (!declared && built_in) {
        context.error(DiagnosticCode::object_exists, create.name.span,
                      fmt::format("a built-in function \"{}\" exists already", create.name.text),
                      "choose another name");
        creation = Creation::refused;
    }
    FunctionObject function;
    define(context, create.name, function);
    bool good = creation != Creation::refused;
    for (const ast::Identifier& parameter : create.parameters) {
        const bool repeated =
            std::any_of(function.parameters.begin(), function.parameters.end(),
                        [&](const auto& other) { return equals_ignoring_case(other, parameter.text); });
        if (repeated) {
            context.error(DiagnosticCode::duplicate_column, parameter.span,
                          fmt::format("parameter \"{}\" is declared twice", parameter.text));
            good = false;
        }
        function.parameters.push_back(parameter.text);
    }
    function.function_dependencies = called_functions(context.catalog, create.body);
    const bool recursive = calls(context.catalog, function.function_dependencies, create.name.text);
    if (recursive) {
        context.error(DiagnosticCode::circular_dependency, create.body.span,
                      fmt::format("function \"{}\" would call itself", create.name.text));
        good = false;
    }
    if (!recursive) {
        good = FunctionCheck(context.catalog, context.checker).check_all(create.body, context.diagnostics) && good;
        good = check_expansion(context, create.body) && good;
    }
    function.body = create.body;
    rewrite_functions(function.body);
    measure_expansion(function, context.catalog);
    if (!good) return std::nullopt;
    const bool defines = creation != Creation::skip;
    if (defines && !context.checker.define_function(function, context.diagnostics)) return std::nullopt;
    const bool fits = creation != Creation::replace || check_users(context, function, create.name.span);
    BoundCreate bound = bound_create(creation, std::move(function));
    if (defines && (!fits || context.explained)) restore_functions({{}, bound}, context.catalog, context.checker);
    if (!fits) return std::nullopt;
    return bound;
}

}  // namespace laminar
