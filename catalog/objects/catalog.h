#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "parser/text/ascii.h"

namespace laminar {

/// The declared objects of a database. Connections, tables, views and pipelines share one namespace;
/// functions have their own. Names are compared without regard to case.
/// Not thread-safe, but for reading what nobody changes. Copies share their objects, which never change: a reference
/// stays valid for as long as a catalog has that object, dropped and replaced ones going with the last of them.
class Catalog {
public:
    [[nodiscard]] const CatalogObject* find(std::string_view name) const noexcept;
    [[nodiscard]] const FunctionObject* find_function(std::string_view name) const noexcept;
    template <class T>
    [[nodiscard]] const T* find_as(std::string_view name) const noexcept {
        const CatalogObject* object = find(name);
        return object ? std::get_if<T>(object) : nullptr;
    }

    /// Adds, or replaces one of the same name (the binder has checked that this is allowed).
    void put(CatalogObject object);
    void drop(ast::ObjectKind kind, std::string_view name);

    /// Objects that refer to it directly, in order of creation.
    [[nodiscard]] std::vector<const CatalogObject*> users_of(ast::ObjectKind kind, std::string_view name) const;
    /// All objects of a kind in order of creation.
    [[nodiscard]] std::vector<const CatalogObject*> objects(ast::ObjectKind kind) const;
    [[nodiscard]] std::vector<std::string> relation_names() const;  ///< For suggestions: all but functions.

    /// The declared functions, by folded name. Equal pointers are one definition.
    using Functions = std::map<std::string, std::shared_ptr<const CatalogObject>, std::less<>>;
    [[nodiscard]] Functions functions() const;
    /// Changes with every function that is declared, replaced or dropped.
    [[nodiscard]] std::uint64_t function_changes() const noexcept { return function_changes_; }

private:
    struct Entry {
        std::uint64_t order = 0;
        std::shared_ptr<const CatalogObject> object;
    };
    std::map<std::string, Entry, std::less<>> relations_;  ///< By case-folded name.
    std::map<std::string, Entry, std::less<>> functions_;
    std::uint64_t next_order_ = 0;
    std::uint64_t function_changes_ = 0;
};

}  // namespace laminar
