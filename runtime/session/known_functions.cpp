#include "runtime/session/known_functions.h"

#include <utility>
#include <vector>

namespace laminar {

void KnownFunctions::learn(const Catalog& catalog) {
    if (catalog.function_changes() == changes_) return;
    Catalog::Functions functions = catalog.functions();
    for (const auto& [name, function] : known_) {
        if (!functions.contains(name)) checker_.drop_function(name);
    }
    std::vector<std::string> unknown;
    for (const auto& [name, function] : functions) {
        const auto known = known_.find(name);
        if (known == known_.end() || known->second != function) unknown.push_back(name);
    }
    // One may call another, whichever was declared or replaced first: as long as there is one more that works.
    while (!unknown.empty()) {
        const std::size_t before = unknown.size();
        std::erase_if(unknown, [&](const std::string& name) {
            Diagnostics ignored;  // Whoever declared it has been told.
            return checker_.define_function(std::get<FunctionObject>(*functions.at(name)), ignored);
        });
        if (unknown.size() == before) break;
    }
    for (const std::string& name : unknown) functions.erase(name);
    known_ = std::move(functions);
    changes_ = catalog.function_changes();
}

void KnownFunctions::accept(const Catalog& catalog) {
    if (catalog.function_changes() == changes_) return;
    known_ = catalog.functions();
    changes_ = catalog.function_changes();
}

}  // namespace laminar
