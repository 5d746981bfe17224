#pragma once

#include <optional>

#include "cli/http/http_client.h"
#include "server/login/access.h"

namespace laminar {

struct TopOptions {
    ListenAddress address{"127.0.0.1", 8433};
    std::optional<HttpTls> tls;  ///< Nothing: in plain text.
};

/// Shows what a running laminar serve does: on a terminal again and again until a key ends it, elsewhere once, as text.
/// Returns the exit code: 0, or 1 when there is no answer.
[[nodiscard]] int top_command(const TopOptions& options);

}  // namespace laminar
