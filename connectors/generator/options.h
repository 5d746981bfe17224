#pragma once

#include <cstdint>
#include <optional>

#include "catalog/options/option_set.h"

namespace laminar {

/// The options of TO generator, checked.
struct GeneratorOptions : ConnectorOptions {
    std::optional<double> rows_per_second;  ///< Absent: as fast as rows are taken.
    std::optional<std::uint64_t> max_rows;  ///< Absent: without end.
};

}  // namespace laminar
