#include "catalog/objects/catalog.h"

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& other) { return equals_ignoring_case(other, name); });
}

}  // namespace

const CatalogObject* Catalog::find(std::string_view name) const noexcept {
    const auto found = relations_.find(fold_case(name));
    return found == relations_.end() ? nullptr : found->second.object.get();
}

const FunctionObject* Catalog::find_function(std::string_view name) const noexcept {
    const auto found = functions_.find(fold_case(name));
    return found == functions_.end() ? nullptr : std::get_if<FunctionObject>(found->second.object.get());
}

void Catalog::put(CatalogObject object) {
    const bool is_function = kind_of(object) == ast::ObjectKind::function;
    if (is_function) ++function_changes_;
    auto& objects = is_function ? functions_ : relations_;
    std::string key = fold_case(definition_of(object).name);
    auto shared = std::make_shared<const CatalogObject>(std::move(object));
    const auto existing = objects.find(key);
    // A replaced object keeps its place, so that dependents still come after it.
    if (existing != objects.end())
        existing->second.object = std::move(shared);
    else
        objects.emplace(std::move(key), Entry{next_order_++, std::move(shared)});
}

void Catalog::drop(ast::ObjectKind kind, std::string_view name) {
    if (kind == ast::ObjectKind::function) ++function_changes_;
    auto& objects = kind == ast::ObjectKind::function ? functions_ : relations_;
    objects.erase(fold_case(name));
}

std::vector<const CatalogObject*> Catalog::users_of(ast::ObjectKind kind, std::string_view name) const {
    std::vector<const Entry*> users;
    for (const auto* objects : {&relations_, &functions_}) {
        for (const auto& [key, entry] : *objects) {
            const Definition& definition = definition_of(*entry.object);
            const auto& names =
                kind == ast::ObjectKind::function ? definition.function_dependencies : definition.dependencies;
            if (contains_name(names, name)) users.push_back(&entry);
        }
    }
    std::sort(users.begin(), users.end(), [](const Entry* a, const Entry* b) { return a->order < b->order; });
    std::vector<const CatalogObject*> result;
    result.reserve(users.size());
    for (const Entry* entry : users) result.push_back(entry->object.get());
    return result;
}

std::vector<const CatalogObject*> Catalog::objects(ast::ObjectKind kind) const {
    std::vector<const Entry*> entries;
    for (const auto& [key, entry] : kind == ast::ObjectKind::function ? functions_ : relations_) {
        if (kind_of(*entry.object) == kind) entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->order < b->order; });
    std::vector<const CatalogObject*> result;
    result.reserve(entries.size());
    for (const Entry* entry : entries) result.push_back(entry->object.get());
    return result;
}

Catalog::Functions Catalog::functions() const {
    Functions functions;
    for (const auto& [key, entry] : functions_) functions.emplace(key, entry.object);
    return functions;
}

std::vector<std::string> Catalog::relation_names() const {
    std::vector<std::string> names;
    for (const auto& [key, entry] : relations_) names.push_back(definition_of(*entry.object).name);
    return names;
}

}  // namespace laminar
