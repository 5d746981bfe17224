#pragma once

#include <string>

#include "parser/text/source_text.h"

namespace laminar {

/// A script's text, or why it cannot be had.
struct LoadedScript {
    SourceTextPtr source;  ///< Null on failure.
    std::string failure;   ///< "cannot read feed.sql: No such file or directory".
};

/// Reads a file, or standard input for "-". Reads no more than the parser accepts (it reports longer ones).
[[nodiscard]] LoadedScript load_script(const std::string& path);

}  // namespace laminar
