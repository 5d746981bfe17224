#include "cli/infer/sample/json_values.h"

#include "cli/scripts/text_trim.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

bool is_list_of_objects(std::string_view array) {
    JsonElements elements(array);
    bool any = false;
    while (const auto element = elements.next()) {
        if (!element->starts_with('{')) return false;
        any = true;
    }
    return any;
}

void add_value(std::size_t message, std::string_view text, std::vector<JsonValue>& values) {
    if (!text.starts_with('[') || !is_list_of_objects(text)) {
        values.push_back({message, text, ValuePlace::message});
        return;
    }
    values.push_back({message, text, ValuePlace::list});
    JsonElements elements(text);
    while (const auto element = elements.next()) values.push_back({message, *element, ValuePlace::element});
}

}  // namespace

std::vector<JsonValue> json_values(const SampledMessages& sample) {
    std::vector<JsonValue> values;
    for (std::size_t index = 0; index < sample.messages.size(); ++index) {
        const std::string_view text = trimmed(sample.messages[index].payload);
        if (text.empty() || !is_json(text)) continue;
        // Values on lines of their own follow one another.
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = end_of_json_value(text, at);
            add_value(index, text.substr(at, end - at), values);
            at = skip_json_space(text, end);
        }
    }
    return values;
}

}  // namespace laminar
