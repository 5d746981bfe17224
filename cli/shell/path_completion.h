#pragma once

#include <string_view>

#include "cli/shell/completion.h"

namespace laminar {

/// The files and folders (these with a slash behind) whose paths begin with what is typed. Hidden ones only after a
/// dot, and none whose name a line cannot hold. Reads one folder; nothing when it cannot be read.
[[nodiscard]] Completion complete_path(std::string_view typed);

}  // namespace laminar
