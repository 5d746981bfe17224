#include "runtime/plan/flink/expressions/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/function_tables.h"

namespace laminar::flink {

void Call::refuse(std::string message, std::string hint) const {
    writer.findings().refuse(whole.span, std::move(message), std::move(hint));
}

const std::vector<Function>& functions() {
    static const std::vector<Function> all = [] {
        std::vector<Function> functions;
        for (const auto* part : {&text_functions(), &pattern_functions(), &number_functions(), &time_functions(),
                                 &choice_functions(), &nested_functions()})
            functions.insert(functions.end(), part->begin(), part->end());
        std::sort(functions.begin(), functions.end(),
                  [](const Function& one, const Function& other) { return one.name < other.name; });
        return functions;
    }();
    return all;
}

const Function* find_function(std::string_view name) {
    const auto found = std::lower_bound(functions().begin(), functions().end(), name,
                                        [](const Function& one, std::string_view other) { return one.name < other; });
    return found != functions().end() && found->name == name ? &*found : nullptr;
}

}  // namespace laminar::flink
