#include "runtime/secret_rotation.h"

#include <optional>
#include <string_view>
#include <variant>

#include "catalog/option_schema.h"

namespace laminar {
namespace {

void append_values(std::string_view text, const SecretResolver& secrets, std::string& values) {
    for (const SecretReference& reference : find_secret_references(text)) {
        const std::optional<std::string> value = secrets.find(reference.name);
        values += reference.name;
        values += value ? '=' : '?';
        values += value.value_or(std::string());
        values += '\0';
    }
}

}  // namespace

std::string secret_values(const ConnectionObject& connection, const SecretResolver& secrets) {
    std::string values;
    if (!connection.connector || !connection.connector->options || !connection.options) return values;
    const OptionSchema& schema = *connection.connector->options;
    for (const OptionDeclaration& option : schema.options()) {
        const std::optional<OptionData> data = schema.value_of(*connection.options, option.name);
        if (!data) continue;
        if (const auto* text = std::get_if<std::string>(&*data)) append_values(*text, secrets, values);
        if (const auto* list = std::get_if<TextList>(&*data)) {
            for (const std::string& text : *list) append_values(text, secrets, values);
        }
        if (const auto* map = std::get_if<TextMap>(&*data)) {
            for (const auto& [key, text] : *map) append_values(text, secrets, values);
        }
    }
    return values;
}

}  // namespace laminar
