#pragma once

#include <span>
#include <string_view>

namespace laminar::postgres {

/// A relation that is computed of others, or of what the session is.
struct CatalogView {
    std::string_view name;     ///< Of a relation shape, or within the schema information.
    std::string_view columns;  ///< Separated by spaces; of a shape others have defaults.
    std::string_view query;
};

/// Those that functions read instead of relations of pg_catalog. Immutable data, as the others.
[[nodiscard]] std::span<const CatalogView> function_views() noexcept;
/// Those of pg_catalog, in an order in which each reads those before it.
[[nodiscard]] std::span<const CatalogView> catalog_views() noexcept;
/// Those of information_schema, which the engine has under another name.
[[nodiscard]] std::span<const CatalogView> information_views() noexcept;

/// The engine has an information_schema of its own.
inline constexpr std::string_view information_schema = "laminar_information";

}  // namespace laminar::postgres
