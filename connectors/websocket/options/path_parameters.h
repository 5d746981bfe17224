#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace laminar {

/// What stands in a request's path for the parameters of ours ("/ocpp/{station}"), decoded, in their order. nullopt: it
/// is another path. A parameter stands for one part that is not empty.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> match_path(std::string_view requested,
                                                                                         std::string_view ours);

/// The same as a JSON object of strings, of a request's target: {"station":"CP 7"}. Bytes that are not UTF-8 become
/// U+FFFD. Empty: there are no parameters.
[[nodiscard]] std::string path_parameters_json(std::string_view target, std::string_view ours);

/// Those of an entry of path_subprotocols: 'ocpp2.0.1, ocpp1.6'. Empty names are left out.
[[nodiscard]] std::vector<std::string> listed_subprotocols(std::string_view text);

}  // namespace laminar
