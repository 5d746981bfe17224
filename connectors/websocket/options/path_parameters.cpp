#include "connectors/websocket/options/path_parameters.h"

#include <algorithm>

#include "catalog/options/path_parameter.h"
#include "catalog/options/url.h"
#include "parser/text/json_writer.h"

namespace laminar {

/// One path may be written in several ways (RFC 3986 section 6.2.2.2); an encoded "/" separates nothing.
std::optional<std::vector<std::pair<std::string, std::string>>> match_path(std::string_view requested,
                                                                           std::string_view ours) {
    std::vector<std::pair<std::string, std::string>> parameters;
    for (;;) {
        const std::string_view part = requested.substr(0, requested.find('/'));
        const std::string_view wanted = ours.substr(0, ours.find('/'));
        const std::string_view name = path_parameter(wanted);
        std::string decoded = percent_decoded(part);
        if (name.empty() ? decoded != percent_decoded(wanted) : decoded.empty()) return std::nullopt;
        if (!name.empty()) parameters.emplace_back(name, std::move(decoded));
        requested.remove_prefix(part.size());
        ours.remove_prefix(wanted.size());
        if (requested.empty() != ours.empty()) return std::nullopt;
        if (ours.empty()) return parameters;
        requested.remove_prefix(1);
        ours.remove_prefix(1);
    }
}

std::string path_parameters_json(std::string_view target, std::string_view ours) {
    const auto parameters = match_path(target.substr(0, target.find('?')), ours);
    if (!parameters || parameters->empty()) return {};
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : *parameters) json.key(name).text(value);
    json.end_object();
    return json.take();
}

std::vector<std::string> listed_subprotocols(std::string_view text) {
    std::vector<std::string> names;
    for (;;) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::string_view name = text.substr(0, comma);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        if (!name.empty()) names.emplace_back(name);
        if (comma == text.size()) return names;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace laminar
