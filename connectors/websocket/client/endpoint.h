#pragma once

#include <string>
#include <string_view>

#include "catalog/options/computed_text.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// An endpoint as the log shows it: the URL, or what it is computed from, without credentials.
[[nodiscard]] std::string shown_endpoint(const ComputedText& endpoint);

/// A URL that a peer has named, for the log: without its query, which may be a ticket.
[[nodiscard]] std::string shown_place(std::string_view url);

/// Whether a server at this endpoint is told the position in its feed.
[[nodiscard]] bool tells_position(const ComputedText& endpoint, const WebSocketOptions& options);

}  // namespace laminar
