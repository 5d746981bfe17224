#pragma once

#include <cstddef>

#include "parser/text/source_text.h"

namespace laminar {

/// A part of a text as a source of its own in which lines and columns are those of the whole: what stands before the
/// part is blank, what stands after it is not there. begin and end are byte offsets.
[[nodiscard]] SourceTextPtr part_of(const SourceText& whole, std::size_t begin, std::size_t end);

}  // namespace laminar
