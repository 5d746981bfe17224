#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"

namespace laminar {

/// The relations under "system.": what queries may name and what the runtime serves. One declaration drives
/// name resolution, check, and the reference. Times are TIMESTAMP in UTC. Immutable data; any thread.
struct SystemTableColumn {
    std::string_view name;
    TypeId type;
    std::string_view help;  ///< One line.
};

struct SystemTableSchema {
    std::string_view name;  ///< After "system.".
    std::string_view help;  ///< One line.
    std::span<const SystemTableColumn> columns;
};

[[nodiscard]] std::span<const SystemTableSchema> system_tables() noexcept;
/// By the name after "system.", without regard to case; null when there is none.
[[nodiscard]] const SystemTableSchema* find_system_table(std::string_view name) noexcept;
/// "system.x" for each, for suggestions.
[[nodiscard]] std::vector<std::string> system_table_names();

}  // namespace laminar
