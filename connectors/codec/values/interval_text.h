#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/rows/column_batch.h"

namespace laminar {

/// Numbers with units ("1 year 2 months -3 days", "1.5 hours", "90s"), a clock time ("04:05:06.7", "-01:00:00") or both
/// in this order, or an ISO 8601 duration (P1Y2M3DT4H5M6.7S, P2W). Months, days and microseconds stay apart; a
/// fraction is allowed where it makes whole microseconds (weeks and below). Nothing else, and nothing empty.
[[nodiscard]] std::optional<IntervalValue> parse_interval(std::string_view text) noexcept;

/// "1 year 2 months 3 days 04:05:06.7"; "00:00:00" for nothing. parse_interval and DuckDB read it back.
void append_interval(std::string& out, const IntervalValue& value);

}  // namespace laminar
