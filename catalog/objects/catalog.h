#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "parser/text/ascii.h"

namespace laminar {

/// The declared objects of one session. Connections, tables, views and pipelines share one namespace;
/// functions have their own. Names are compared without regard to case.
/// Not thread-safe: owned by the session thread. References stay valid until that object is dropped or replaced.
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

private:
    struct Entry {
        std::uint64_t order = 0;
        CatalogObject object;
    };
    std::map<std::string, Entry, std::less<>> relations_;  ///< By case-folded name.
    std::map<std::string, Entry, std::less<>> functions_;
    std::uint64_t next_order_ = 0;
};

}  // namespace laminar
