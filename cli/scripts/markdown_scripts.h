#pragma once

#include <vector>

#include "parser/text/source_text.h"

namespace laminar {

/// The fenced code blocks of a Markdown text whose info string begins with "sql", each as a source of its own. All else
/// of the text up to the block's end is blank there, so that lines and columns are those of the Markdown file.
/// Blocks with the word no-check in their info string are left out. A block that is never closed ends with the text.
[[nodiscard]] std::vector<SourceTextPtr> sql_blocks_of(const SourceTextPtr& markdown);

}  // namespace laminar
