#pragma once

#include <string>
#include <vector>

#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// What one channel of an AsyncAPI document says of a feed.
struct AsyncApiChannel {
    std::string name;
    std::string endpoint;
    SampledMessages messages;  ///< Examples of those that a client receives.
};

struct AsyncApiDocument {
    std::vector<AsyncApiChannel> channels;
    std::string problem;  ///< Why it cannot be used; empty: it can.
};

/// Reads a document of AsyncAPI 2 or 3, as JSON or YAML: servers of WebSockets, channels, and the schemas of the
/// messages that servers send. Bounded by limit bytes.
[[nodiscard]] AsyncApiDocument read_async_api(const std::string& path, std::size_t limit);

}  // namespace laminar
