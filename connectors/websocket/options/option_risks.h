#pragma once

#include <string>
#include <vector>

#include "catalog/options/given_options.h"
#include "connectors/connector.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// Credentials over plain ws://, certificates that are not verified, a server that anyone can use.
[[nodiscard]] std::vector<OptionRisk> websocket_option_risks(const std::string& connection,
                                                             const WebSocketOptions& options,
                                                             const GivenOptions& given);

}  // namespace laminar
