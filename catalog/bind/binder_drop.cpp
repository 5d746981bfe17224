#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/binding_context.h"
#include "catalog/bind/inline_connection.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

using Target = BoundDrop::Target;

bool is_listed(const std::vector<Target>& targets, ast::ObjectKind kind, std::string_view name) {
    const bool function = kind == ast::ObjectKind::function;
    return std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
        return (target.kind == ast::ObjectKind::function) == function && equals_ignoring_case(target.name, name);
    });
}

/// Lists an object after everything that uses it.
void add_with_users(const Catalog& catalog, ast::ObjectKind kind, const std::string& name,
                    std::vector<Target>& targets) {
    if (is_listed(targets, kind, name)) return;
    for (const CatalogObject* user : catalog.users_of(kind, name)) {
        const Definition& definition = definition_of(*user);
        // A stored table keeps its rows without what filled it, so nothing depends on itself here.
        if (kind_of(*user) == kind && equals_ignoring_case(definition.name, name)) continue;
        add_with_users(catalog, kind_of(*user), definition.name, targets);
    }
    if (is_listed(targets, kind, name)) return;
    targets.push_back({kind, name});
    // What a table has declared itself goes with it.
    const auto* table = kind == ast::ObjectKind::table ? catalog.find_as<TableObject>(name) : nullptr;
    const ConnectionObject* own = table ? own_connection(catalog, *table) : nullptr;
    if (own != nullptr) add_with_users(catalog, ast::ObjectKind::connection, own->name, targets);
}

/// Objects that do not go with the named ones alone.
std::vector<const CatalogObject*> other_users(const Catalog& catalog, ast::ObjectKind kind, const std::string& name,
                                              const std::vector<Target>& named) {
    std::vector<const CatalogObject*> users;
    for (const CatalogObject* user : catalog.users_of(kind, name)) {
        if (!is_listed(named, kind_of(*user), definition_of(*user).name)) users.push_back(user);
    }
    const auto* table = kind == ast::ObjectKind::table ? catalog.find_as<TableObject>(name) : nullptr;
    const ConnectionObject* own = table ? own_connection(catalog, *table) : nullptr;
    if (own == nullptr) return users;
    for (const CatalogObject* user : other_users(catalog, ast::ObjectKind::connection, own->name, named)) {
        if (std::find(users.begin(), users.end(), user) == users.end()) users.push_back(user);
    }
    return users;
}

/// The declared spelling of an object to drop; nullopt when there is none, after reporting where that is an error.
std::optional<std::string> find_target(const BindingContext& context, const ast::Drop& drop,
                                       const ast::Identifier& name) {
    if (drop.kind == ast::ObjectKind::function) {
        if (const FunctionObject* function = context.catalog.find_function(name.text)) return function->name;
        if (drop.if_exists) return std::nullopt;
        std::vector<std::string> names;
        for (const CatalogObject* function : context.catalog.objects(ast::ObjectKind::function))
            names.push_back(definition_of(*function).name);
        std::string hint = did_you_mean(name.text, names);
        if (context.checker.has_function(name.text)) hint = "built-in functions cannot be dropped";
        context.error(DiagnosticCode::unknown_object, name.span, fmt::format("no function \"{}\" exists", name.text),
                      std::move(hint));
        return std::nullopt;
    }
    if (drop.if_exists && context.catalog.find(name.text) == nullptr) return std::nullopt;
    const CatalogObject* object = find_object(context, name, {drop.kind});
    if (object == nullptr) return std::nullopt;
    return definition_of(*object).name;
}

}  // namespace

std::optional<BoundStatementNode> bind_drop(const BindingContext& context, const ast::Drop& drop) {
    const std::size_t errors_before = context.diagnostics.error_count();
    std::vector<Target> named;
    for (const ast::Identifier& name : drop.names) {
        const std::optional<std::string> found = find_target(context, drop, name);
        if (found && !is_listed(named, drop.kind, *found)) named.push_back({drop.kind, *found});
    }
    BoundDrop bound;
    bound.kind = drop.kind;
    for (const Target& target : named) add_with_users(context.catalog, target.kind, target.name, bound.targets);
    if (!drop.cascade) {
        for (const ast::Identifier& name : drop.names) {
            if (!is_listed(named, drop.kind, name.text)) continue;
            const auto users = other_users(context.catalog, drop.kind, name.text, named);
            if (users.empty()) continue;
            context.error(DiagnosticCode::object_in_use, name.span,
                          fmt::format("{} \"{}\" is used by {}", kind_name(drop.kind), name.text, list_objects(users)),
                          "drop them first, or add CASCADE to drop them too");
        }
    }
    if (context.diagnostics.error_count() != errors_before) return std::nullopt;
    // Later statements must not find them; under EXPLAIN nothing is dropped.
    for (const Target& target : bound.targets) {
        if (target.kind == ast::ObjectKind::function && !context.explained) context.checker.drop_function(target.name);
    }
    return bound;
}

}  // namespace laminar
