#include "runtime/session/known_functions.h"

#include <utility>

namespace laminar {

void KnownFunctions::learn(const Catalog& catalog) {
    if (catalog.function_changes() == changes_) return;
    Catalog::Functions functions = catalog.functions();
    for (const auto& [name, function] : known_) {
        if (!functions.contains(name)) checker_.drop_function(name);
    }
    Diagnostics ignored;  // Whoever declared it has been told.
    // In the order of their declaration: one may call another.
    for (const CatalogObject* object : catalog.objects(ast::ObjectKind::function)) {
        const auto& function = std::get<FunctionObject>(*object);
        const auto known = known_.find(fold_case(function.name));
        if (known == known_.end() || known->second.get() != object)
            static_cast<void>(checker_.define_function(function, ignored));
    }
    known_ = std::move(functions);
    changes_ = catalog.function_changes();
}

void KnownFunctions::accept(const Catalog& catalog) {
    if (catalog.function_changes() == changes_) return;
    known_ = catalog.functions();
    changes_ = catalog.function_changes();
}

}  // namespace laminar
