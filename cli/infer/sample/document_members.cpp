#include "cli/infer/sample/document_members.h"

#include "connectors/codec/json/json_lookup.h"

namespace laminar {

std::optional<std::string_view> member(std::string_view object, const std::string& name) {
    if (!object.starts_with('{')) return std::nullopt;
    return find_json_value(object, {name});
}

std::string text_member(std::string_view object, const std::string& name) {
    const auto value = member(object, name);
    return value && value->starts_with('"') ? json_value_text(*value) : std::string();
}

}  // namespace laminar
