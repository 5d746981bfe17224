#pragma once

#include "catalog/objects/catalog_object.h"
#include "catalog/options/option_schema.h"

namespace laminar {

/// The options of a column: WITH (json_path = '...').
struct ColumnOptions : OptionSet {
    std::string json_path;
    std::string message_path;
    std::optional<TimeUnit> time_unit;
    std::string time_format;
};

/// CREATE TABLE ... WITH (...).
[[nodiscard]] const OptionSchema& table_option_schema();
/// A column's WITH (...).
[[nodiscard]] const OptionSchema& column_option_schema();
/// CREATE PIPELINE ... WITH (...).
[[nodiscard]] const OptionSchema& pipeline_option_schema();

}  // namespace laminar
