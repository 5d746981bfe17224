#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/postgres/catalog/catalog_rows.h"

namespace laminar::postgres {

/// What pg_attribute says of the type of a column.
struct CatalogType {
    std::int32_t oid = 0;
    std::int32_t length = -1;
    bool by_value = false;
    char alignment = 'i';
    char storage = 'x';
    std::int32_t collation = 0;
};

/// One of PostgreSQL's own, by oid or name ("int4", "_int4"); that of text if it is none of those listed.
[[nodiscard]] CatalogType catalog_type(std::int32_t oid);
[[nodiscard]] CatalogType catalog_type(std::string_view name);

/// Those types and their arrays, as rows of pg_type.
[[nodiscard]] CatalogRows type_rows();
/// The names that format_type shows: columns oid and shown.
[[nodiscard]] CatalogRows type_name_rows();

}  // namespace laminar::postgres
