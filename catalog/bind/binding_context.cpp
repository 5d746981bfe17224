#include "catalog/bind/binding_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/query/function_check.h"
#include "catalog/query/function_expansion.h"
#include "catalog/query/query_binder.h"
#include "catalog/validation/option_validator.h"
#include "parser/ast/deep_walk.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

bool is_one_of(ast::ObjectKind kind, const std::vector<ast::ObjectKind>& kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::vector<std::string> names_of(const Catalog& catalog, const std::vector<ast::ObjectKind>& kinds) {
    std::vector<std::string> names;
    for (const ast::ObjectKind kind : kinds) {
        for (const CatalogObject* object : catalog.objects(kind)) names.push_back(definition_of(*object).name);
    }
    return names;
}

std::string list_kinds(const std::vector<ast::ObjectKind>& kinds) {
    std::string text;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (i > 0) text += i + 1 == kinds.size() ? " or " : ", ";
        text += kind_name(kinds[i]);
    }
    return text;
}

std::string defined_where(const Definition& definition) {
    if (!definition.source) return {};
    const SourcePosition position = definition.source->position(definition.statement.span.begin);
    return fmt::format("it is defined in {}:{}", definition.source->name(), position.line);
}

/// What a table over a connection computes for each row that comes, with functions.
bool computes_with_functions(const Catalog& catalog, const TableObject& table) {
    const auto calls = [&](const ast::ExpressionBox& expression) {
        return expression && !called_functions(catalog, *expression).empty();
    };
    return (table.watermark && calls(table.watermark->expression)) ||
           std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const ColumnObject& column) { return calls(column.computed); });
}

/// A pipeline goes on with the definitions it was planned with, and so does a table with computed columns: nothing that
/// it uses may change under it.
const CatalogObject* running_user(const Catalog& catalog, ast::ObjectKind kind, std::string_view name) {
    for (const CatalogObject* user : all_users_of(catalog, kind, name)) {
        if (std::holds_alternative<PipelineObject>(*user)) return user;
        const auto* table = std::get_if<TableObject>(user);
        if (table != nullptr && kind == ast::ObjectKind::function && computes_with_functions(catalog, *table))
            return user;
    }
    return nullptr;
}

/// Of a table's DEFAULTs, with the functions they call as they are in the catalog and known to the checker.
void check_defaults(const Catalog& catalog, QueryChecker& checker, const TableObject& table, Diagnostics& findings) {
    FunctionCheck check(catalog, checker);
    for (const ColumnObject& column : table.columns) {
        if (!column.default_value) continue;
        static_cast<void>(check.check_row_by_row(*column.default_value, "a DEFAULT", findings));
        static_cast<void>(checker.check_expression(*column.default_value, {}, findings));
    }
}

}  // namespace

BoundCreate bound_create(Creation creation, CatalogObject object, std::optional<BoundQuery> query) {
    BoundCreate bound;
    bound.object = std::move(object);
    bound.replaces = creation == Creation::replace;
    bound.skipped = creation == Creation::skip;
    bound.query = std::move(query);
    return bound;
}

Creation check_creation(const BindingContext& context, ast::ObjectKind kind, const ast::Identifier& name,
                        bool or_replace, bool if_not_exists) {
    if (or_replace && if_not_exists) {
        context.error(DiagnosticCode::invalid_definition, name.span, "OR REPLACE and IF NOT EXISTS exclude each other",
                      "leave out one of them");
        return Creation::refused;
    }
    const Definition* existing = nullptr;
    ast::ObjectKind existing_kind = kind;
    if (kind == ast::ObjectKind::function) {
        existing = context.catalog.find_function(name.text);
    } else if (const CatalogObject* object = context.catalog.find(name.text)) {
        existing = &definition_of(*object);
        existing_kind = kind_of(*object);
    }
    if (existing == nullptr) return Creation::proceed;
    if (existing_kind != kind) {
        context.error(DiagnosticCode::object_exists, name.span,
                      fmt::format("\"{}\" exists already, as {}", existing->name, kind_with_article(existing_kind)),
                      "choose another name; " + defined_where(*existing));
        return Creation::refused;
    }
    if (if_not_exists) return Creation::skip;
    if (!or_replace) {
        context.error(DiagnosticCode::object_exists, name.span,
                      fmt::format("{} \"{}\" exists already", kind_name(kind), existing->name),
                      fmt::format("use CREATE OR REPLACE {0} or CREATE {0} IF NOT EXISTS; {1}",
                                  upper_case(kind_name(kind)), defined_where(*existing)));
        return Creation::refused;
    }
    // Connections are exchanged while in use.
    const CatalogObject* user =
        kind == ast::ObjectKind::connection ? nullptr : running_user(context.catalog, kind, existing->name);
    if (user != nullptr) {
        const std::string& user_name = definition_of(*user).name;
        context.error(DiagnosticCode::object_in_use, name.span,
                      fmt::format("{} \"{}\" cannot be replaced: {} \"{}\" runs with its present definition",
                                  kind_name(kind), existing->name, kind_name(kind_of(*user)), user_name),
                      fmt::format("DROP {} {} first, and create it again afterwards",
                                  upper_case(kind_name(kind_of(*user))), user_name));
        return Creation::refused;
    }
    return Creation::replace;
}

void define(const BindingContext& context, const ast::Identifier& name, Definition& definition) {
    definition.name = name.text;
    definition.source = context.source;
    definition.statement = context.statement;
}

const CatalogObject* find_object(const BindingContext& context, const ast::Identifier& name,
                                 const std::vector<ast::ObjectKind>& kinds) {
    const CatalogObject* object = context.catalog.find(name.text);
    if (object == nullptr) {
        context.error(DiagnosticCode::unknown_object, name.span,
                      fmt::format("no {} \"{}\" exists", list_kinds(kinds), name.text),
                      did_you_mean(name.text, names_of(context.catalog, kinds)));
        return nullptr;
    }
    if (is_one_of(kind_of(*object), kinds)) return object;
    context.error(DiagnosticCode::wrong_object_kind, name.span,
                  fmt::format("\"{}\" is {}, not {}", definition_of(*object).name, kind_with_article(kind_of(*object)),
                              kinds.size() == 1 ? kind_with_article(kinds.front()) : list_kinds(kinds)));
    return nullptr;
}

const ConnectionObject* find_connection(const BindingContext& context, std::string_view name, SourceSpan span) {
    const CatalogObject* object = context.catalog.find(name);
    if (object == nullptr) {
        std::vector<std::string> names = names_of(context.catalog, {ast::ObjectKind::connection});
        for (std::string& connector : context.registry.names()) names.push_back(std::move(connector));
        std::string hint = did_you_mean(name, names);
        if (context.registry.find(name) != nullptr)
            hint = fmt::format("\"{0}\" is a connector; create a connection first: CREATE CONNECTION name TO {0} (...)",
                               name);
        if (hint.empty())
            hint = fmt::format("declare it before this statement: CREATE CONNECTION {} TO websocket (...)", name);
        context.error(DiagnosticCode::unknown_object, span, fmt::format("no connection \"{}\" exists", name),
                      std::move(hint));
        return nullptr;
    }
    if (const auto* connection = std::get_if<ConnectionObject>(object)) return connection;
    context.error(DiagnosticCode::wrong_object_kind, span,
                  fmt::format("\"{}\" is {}, not a connection", definition_of(*object).name,
                              kind_with_article(kind_of(*object))));
    return nullptr;
}

std::string list_objects(const std::vector<const CatalogObject*>& objects) {
    std::string text;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (i > 0) text += i + 1 == objects.size() ? " and " : ", ";
        text += fmt::format("{} \"{}\"", kind_name(kind_of(*objects[i])), definition_of(*objects[i]).name);
    }
    return text;
}

std::string list_names(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += fmt::format("\"{}\"", names[i]);
    }
    return text;
}

std::string kind_with_article(ast::ObjectKind kind) { return fmt::format("a {}", kind_name(kind)); }

std::vector<const CatalogObject*> all_users_of(const Catalog& catalog, ast::ObjectKind kind, std::string_view name) {
    std::vector<const CatalogObject*> found;
    std::vector<std::pair<ast::ObjectKind, std::string>> pending{{kind, std::string(name)}};
    while (!pending.empty()) {
        const auto [next_kind, next_name] = std::move(pending.back());
        pending.pop_back();
        for (const CatalogObject* user : catalog.users_of(next_kind, next_name)) {
            if (std::find(found.begin(), found.end(), user) != found.end()) continue;
            found.push_back(user);
            pending.emplace_back(kind_of(*user), definition_of(*user).name);
        }
    }
    return found;
}

void warn_of_ineffective_options(const BindingContext& context, const OptionSchema& schema,
                                 const std::vector<ast::Option>& options) {
    if (!context.warn_of_ineffective_options) return;
    for (const IneffectiveOption& option : ineffective_options(schema, options)) {
        const std::string what = option.value.empty() ? fmt::format("\"{}\"", option.name)
                                                      : fmt::format("{} = {}", option.name, option.value);
        context.diagnostics.warning(DiagnosticCode::option_not_effective, option.span,
                                    fmt::format("this build accepts {} but does not act on it yet", what));
    }
}

std::vector<std::string> called_functions(const Catalog& catalog, const ast::Expression& expression) {
    std::vector<std::string> names;
    ast::visit_expressions(expression, [&](const ast::Expression& each) {
        const auto* call = std::get_if<ast::FunctionCall>(&each.node);
        if (call == nullptr || call->name.parts.size() != 1) return;
        const FunctionObject* function = catalog.find_function(call->name.parts.front().text);
        if (function != nullptr && std::find(names.begin(), names.end(), function->name) == names.end())
            names.push_back(function->name);
    });
    return names;
}

bool check_expansion(const BindingContext& context, const ast::Expression& expression) {
    const std::uint64_t nodes = expanded_nodes(expression, context.catalog);
    if (nodes <= most_expanded_nodes) return true;
    context.error(DiagnosticCode::query_too_large, expression.span,
                  fmt::format("the functions called here come to {} terms when they are expanded; {} may be", nodes,
                              most_expanded_nodes));
    return false;
}

bool check_users(const BindingContext& context, const CatalogObject& replacement, SourceSpan span) {
    const ast::ObjectKind kind = kind_of(replacement);
    const std::string& name = definition_of(replacement).name;
    const auto users = all_users_of(context.catalog, kind, name);
    if (users.empty()) return true;
    Catalog changed = context.catalog;
    changed.put(replacement);
    bool good = true;
    for (const CatalogObject* user : users) {
        const auto* view = std::get_if<ViewObject>(user);
        const auto* table = std::get_if<TableObject>(user);
        Diagnostics findings(definition_of(*user).source);
        if (view != nullptr)
            static_cast<void>(
                QueryBinder(changed, context.registry, context.checker, findings).bind(view->source, view->query));
        if (table != nullptr) check_defaults(changed, context.checker, *table, findings);
        if (!findings.has_errors()) continue;
        const auto problem = std::find_if(findings.all().begin(), findings.all().end(),
                                          [](const Diagnostic& each) { return each.severity == Severity::error; });
        good = false;
        context.error(DiagnosticCode::object_in_use, span,
                      fmt::format("{} \"{}\" cannot be replaced so: {} \"{}\" would no longer work", kind_name(kind),
                                  name, kind_name(kind_of(*user)), definition_of(*user).name),
                      problem->message);
    }
    return good;
}

std::optional<SourceSpan> find_reference(const ast::Query& query, std::string_view name) {
    std::optional<SourceSpan> found;
    const auto on_table = [&](const ast::TableReference& table) {
        const auto* named = std::get_if<ast::NamedTable>(&table.node);
        if (found || named == nullptr || named->name.parts.size() != 1) return;
        if (equals_ignoring_case(named->name.parts.front().text, name)) found = named->name.span;
    };
    ast::DeepWalk([](const ast::Expression&) {}, on_table)(query);
    return found;
}

}  // namespace laminar
