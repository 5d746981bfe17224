#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/codec/values/time_text.h"

namespace laminar {

/// Texts written by a format of TextRule::time_format, to their last character: %Y %y %m %d %e %j, %b %B %h (English
/// names, in any case, short or long), %H %I %p %M %S, %f (a fraction, finer than nanoseconds cut off), %z (+HHMM,
/// +HH:MM, +HH, Z), %Z (UTC, GMT or Z), %s (seconds since the epoch), %a %A (any day of the week), %T %R %F %D, %n %t
/// and white space (any or none), %%. Without an offset a text is UTC; months and days that are not written are the
/// first. nullopt where the text is not so.
[[nodiscard]] std::optional<Moment> parse_timestamp(std::string_view text, std::string_view format);
/// The date as it is written, whatever the offset. Days since 1970-01-01.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text, std::string_view format);
/// The time as it is written. Microseconds since midnight.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text, std::string_view format);

}  // namespace laminar
