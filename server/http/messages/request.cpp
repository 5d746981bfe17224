#include "server/http/messages/request.h"

#include <algorithm>

#include "catalog/options/url.h"
#include "parser/text/ascii.h"

namespace laminar::http {

std::string_view Request::header(std::string_view name) const noexcept {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string Request::media_type() const {
    std::string_view type = header("Content-Type");
    type = type.substr(0, type.find(';'));
    return fold_case(type.substr(0, type.find_last_not_of(" \t") + 1));
}

std::map<std::string, std::string> read_parameters(std::string_view text) {
    // A plus sign that is meant is written %2B.
    const auto decode = [](std::string_view part) {
        std::string spaced(part);
        std::replace(spaced.begin(), spaced.end(), '+', ' ');
        return percent_decoded(spaced);
    };
    std::map<std::string, std::string> parameters;
    while (!text.empty()) {
        const std::string_view parameter = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(parameter.size() + 1, text.size()));
        if (parameter.empty()) continue;
        const std::string_view name = parameter.substr(0, parameter.find('='));
        parameters[decode(name)] = decode(parameter.substr(std::min(name.size() + 1, parameter.size())));
    }
    return parameters;
}

}  // namespace laminar::http
