#include "cli/infer/sample/document_references.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "catalog/options/url.h"
#include "cli/infer/sample/document_members.h"
#include "connectors/codec/json/json_lookup.h"

namespace laminar {
namespace {

constexpr std::size_t most_references = 32;  ///< One after the other: more are a circle.

std::string_view follow(std::string_view document, std::string_view pointer) {
    if (!pointer.starts_with("#/")) return {};
    std::vector<std::string> steps;
    pointer.remove_prefix(2);
    while (true) {
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        std::string step = percent_decoded(pointer.substr(0, end));
        for (const auto& [escape, plain] : {std::pair<std::string_view, char>{"~1", '/'}, {"~0", '~'}}) {
            for (std::size_t at = step.find(escape); at != std::string::npos; at = step.find(escape, at + 1))
                step.replace(at, 2, 1, plain);
        }
        steps.push_back(std::move(step));
        if (end == pointer.size()) break;
        pointer.remove_prefix(end + 1);
    }
    std::string_view value = document;
    for (const std::string& step : steps) {
        const bool is_container = value.starts_with('{') || value.starts_with('[');
        const auto next = is_container ? find_json_value(value, {step}) : std::nullopt;
        if (!next) return {};
        value = *next;
    }
    return value;
}

}  // namespace

std::string_view DocumentReferences::resolve(const std::string& pointer) {
    const auto known = found_.find(pointer);
    if (known != found_.end()) return known->second;
    return found_[pointer] = follow(document_, pointer);
}

std::string_view DocumentReferences::dereferenced(std::string_view value) {
    for (std::size_t count = 0; count < most_references; ++count) {
        const std::string pointer = text_member(value, "$ref");
        if (pointer.empty()) return value;
        value = resolve(pointer);
    }
    return {};
}

}  // namespace laminar
