#include "runtime/database/option_text.h"

namespace laminar {

std::string describe_requirement(const OptionSchema& schema, const OptionDeclaration& option) {
    if (!option.facts.required) return {};
    if (option.facts.applies_when.empty()) return "always";
    std::string text;
    for (const OptionCondition& condition : option.facts.applies_when) {
        if (!text.empty()) text += " and ";
        text += describe_condition(schema, condition);
    }
    return text;
}

}  // namespace laminar
