#pragma once

#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/option_schema.h"
#include "parser/ast/option.h"

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
/// Among options of CREATE TABLE the one of that name, which may be written by another of its names; null without one.
[[nodiscard]] const ast::Option* find_table_option(const std::vector<ast::Option>& options, std::string_view name);
/// A column's WITH (...).
[[nodiscard]] const OptionSchema& column_option_schema();
/// CREATE PIPELINE ... WITH (...).
[[nodiscard]] const OptionSchema& pipeline_option_schema();

}  // namespace laminar
