#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/postgres/messages/error_message.h"
#include "server/postgres/statements/parameter_text.h"
#include "server/postgres/statements/query_text.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

// Texts of prepared statements whose parameters are filled in, and what is read from them.

/// Of findings in a text whose parameters were filled in: they are shown in the text of the client. Both must outlive
/// it.
[[nodiscard]] PlaceFinding place_in(const ParameterText& text, const ParameterText::Filled& filled);

/// NULL for each parameter, of its type; unknown: the type of those that have none (0).
[[nodiscard]] std::vector<std::string> nulls_for(const std::vector<std::int32_t>& types, std::int32_t unknown);

/// Why it cannot be prepared; nothing: it can. It is one statement, or none.
[[nodiscard]] std::optional<ErrorMessage> refusal_to_prepare(const QueryText& query);

/// Whose values its rows have.
[[nodiscard]] TypeUse use_of(const QueryText& query);

}  // namespace laminar::postgres
