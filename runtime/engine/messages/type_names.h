#pragma once

#include <string>
#include <string_view>

namespace laminar {

/// The engine's names for types inside itself (INT32), as SQL spells them (INTEGER), wherever they stand in a text.
[[nodiscard]] std::string with_sql_types(std::string text);
/// The same in what an error says, but not in the value that it quotes.
[[nodiscard]] std::string with_sql_types_around_value(std::string_view message);

}  // namespace laminar
