#include "connectors/websocket/options/query_parameters.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "connectors/codec/json/json_encoder.h"

namespace laminar {

namespace {

std::string decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char byte = 0;
        const bool is_escape =
            text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(text.data() + at + 1, text.data() + at + 3, byte, 16).ptr == text.data() + at + 3;
        if (is_escape) {
            decoded += static_cast<char>(byte);
            at += 2;
        } else {
            decoded += text[at] == '+' ? ' ' : text[at];
        }
    }
    return decoded;
}

}  // namespace

std::string query_parameters_json(std::string_view target) {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return {};
    std::string_view rest = target.substr(question + 1);
    rest = rest.substr(0, rest.find('#'));
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!rest.empty()) {
        const std::string_view parameter = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
        if (parameter.empty()) continue;
        const std::string_view name = parameter.substr(0, parameter.find('='));
        const std::string_view value = parameter.substr(std::min(name.size() + 1, parameter.size()));
        parameters.emplace_back(decode(name), decode(value));
    }
    // Stable, so that of several with one name the last stays last.
    std::stable_sort(parameters.begin(), parameters.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string json;
    for (std::size_t index = 0; index < parameters.size(); ++index) {
        const auto& [name, value] = parameters[index];
        if (index + 1 < parameters.size() && parameters[index + 1].first == name) continue;
        json += json.empty() ? '{' : ',';
        append_json_quoted(json, name);
        json += ':';
        append_json_quoted(json, value);
    }
    if (!json.empty()) json += '}';
    return json;
}

}  // namespace laminar
