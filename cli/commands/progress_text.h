#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "runtime/session/session.h"

namespace laminar {

/// The line of progress: rates since an earlier status, how far processing is behind, and the connections' states
/// (their numbers by state when they are many).
[[nodiscard]] std::string progress_text(const DatabaseStatus& earlier, const DatabaseStatus& now,
                                        std::chrono::duration<double> elapsed);

/// The line of a summary about a connection that had to connect again or has an error to show; empty otherwise.
[[nodiscard]] std::string trouble_text(const ConnectionStatus& connection);

}  // namespace laminar
