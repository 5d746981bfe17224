#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "catalog/options/option_set.h"

namespace laminar {

enum class FileFormat : std::uint8_t { json, csv, parquet };
enum class FileMode : std::uint8_t { source, sink };

/// The options of TO file, checked.
struct FileOptions : ConnectorOptions {
    std::string path;
    FileFormat format = FileFormat::json;
    FileMode mode = FileMode::source;
    std::optional<double> rate;  ///< Rows per second at which a source replays; absent: as fast as rows are taken.
};

}  // namespace laminar
