#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace laminar::flink {

// Words of Flink SQL that stand for text of the user: quoted whatever they are.

/// `name`: half of all English words are reserved there.
[[nodiscard]] std::string quoted_name(std::string_view name);
/// 'text', as a character literal. It has no escapes but the doubled quote.
[[nodiscard]] std::string quoted_text(std::string_view text);
/// INTERVAL '10' SECOND. nullopt for what is no whole number of milliseconds, is negative, or longer than 999,999 days:
/// Flink's intervals reach no further.
[[nodiscard]] std::optional<std::string> interval_literal(std::chrono::microseconds length);

}  // namespace laminar::flink
