#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "catalog/options/option_schema.h"
#include "parser/diagnostic/diagnostic.h"
#include "parser/text/source_span.h"

namespace laminar {

/// The bytes of the source that hold part of a text (length 0: all of it), which is written at whole; all of whole
/// where the text is written with escapes.
[[nodiscard]] SourceSpan span_within(SourceSpan whole, std::size_t text_size, std::size_t offset, std::size_t length);

/// Whether the ${secret:name} of a text are well formed, after reporting those that are not.
bool check_secret_references(SourceSpan written_at, std::string_view text, Diagnostics& diagnostics);

/// The ${name} and ${name:...} of a text are replaced where the option says so, and would be sent as they are
/// everywhere else: false after reporting one that is not among known. in_key: the text is a key of a map.
bool check_placeholders(const OptionDeclaration& option, SourceSpan written_at, std::string_view text,
                        const std::vector<std::string_view>& known, bool in_key, Diagnostics& diagnostics);

}  // namespace laminar
