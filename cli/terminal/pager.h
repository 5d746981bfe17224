#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// The program that shows long results: $LAMINAR_PAGER, else $PAGER, else less, if there is one. Empty when one of them
/// is set to nothing or to cat.
[[nodiscard]] std::string pager_command();

/// Shows text through the pager, on this process's terminal, and waits until the user has left it. False when the pager
/// cannot be started. The pager has all signals, whatever this process blocks.
[[nodiscard]] bool show_in_pager(const std::string& command, std::string_view text);

}  // namespace laminar
