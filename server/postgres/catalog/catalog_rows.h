#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/objects/system_table_schema.h"

namespace laminar::postgres {

/// Rows of a relation of the catalog, as texts that the engine casts to the types of the columns.
struct CatalogRows {
    std::string_view relation;
    std::vector<std::string_view> columns;  ///< Others of the relation have defaults.
    std::vector<std::vector<std::optional<std::string>>> rows;
};

/// What a catalog's objects are to PostgreSQL's clients, and the catalog's own relations: the rows of all relations
/// that are filled. Numbers of objects go by their kind and name, so that they stay the same as long as the name does.
[[nodiscard]] std::vector<CatalogRows> catalog_rows(const Catalog& catalog,
                                                    std::span<const SystemTableSchema> system_tables);

/// Objects that are the same everywhere, and are spoken of in several places.
inline constexpr std::string_view catalog_schema_oid = "11";
inline constexpr std::string_view public_schema_oid = "2200";
inline constexpr std::string_view information_schema_oid = "13207";
inline constexpr std::string_view system_schema_oid = "13208";
inline constexpr std::string_view owner_oid = "10";

/// Not of PostgreSQL's, and not for clients: the texts of definitions (laminar_number, laminar_definition),
/// and the names of types that are shown (oid, shown).
inline constexpr std::string_view definitions_relation = "laminar_definitions";
inline constexpr std::string_view type_names_relation = "laminar_type_names";

}  // namespace laminar::postgres
