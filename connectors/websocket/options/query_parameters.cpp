#include "connectors/websocket/options/query_parameters.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "catalog/options/url.h"
#include "parser/text/json_writer.h"

namespace laminar {

namespace {

/// application/x-www-form-urlencoded: a plus sign that is meant is written %2B.
std::string decode(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decoded(spaced);
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
    if (parameters.empty()) return {};
    JsonWriter json;
    json.begin_object();
    for (std::size_t index = 0; index < parameters.size(); ++index) {
        const auto& [name, value] = parameters[index];
        if (index + 1 < parameters.size() && parameters[index + 1].first == name) continue;
        json.key(name).text(value);
    }
    json.end_object();
    return json.take();
}

}  // namespace laminar
