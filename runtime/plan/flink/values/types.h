#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "catalog/objects/column_type.h"

namespace laminar::flink {

/// A type as Flink SQL spells it; nullopt where it has none with the same values. Times have no zone: TIMESTAMP is in
/// UTC here, and TIMESTAMP(6) there. HUGEINT is DECIMAL(38, 0): all that sums of BIGINT come to.
[[nodiscard]] std::optional<std::string> type_text(const ColumnType& type);
/// The same as a column of a topic: times are TIMESTAMP_LTZ, which JSON writes with a Z.
[[nodiscard]] std::optional<std::string> topic_type_text(const ColumnType& type);
/// Whether a value of the type can be told to whoever reads a topic: HUGEINT reaches further than DECIMAL(38, 0).
[[nodiscard]] bool can_be_read(const ColumnType& type);

[[nodiscard]] bool is_whole(TypeId type) noexcept;      ///< TINYINT to BIGINT, and HUGEINT.
[[nodiscard]] bool is_floating(TypeId type) noexcept;   ///< FLOAT and DOUBLE.
[[nodiscard]] bool is_number(TypeId type) noexcept;     ///< The above, and DECIMAL.
[[nodiscard]] bool is_timestamp(TypeId type) noexcept;  ///< Without a zone, of whatever precision.
/// How many digits its largest number has. Of whole numbers and DECIMAL.
[[nodiscard]] int digits_of(const ColumnType& type) noexcept;
[[nodiscard]] int scale_of(const ColumnType& type) noexcept;
[[nodiscard]] ColumnType decimal_type(int width, int scale);

}  // namespace laminar::flink
