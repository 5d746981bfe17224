#pragma once

#include <span>
#include <string_view>

namespace laminar::postgres {

/// Functions of PostgreSQL's that its clients call about the catalog, as macros of the engine: the name, and what
/// follows it in CREATE MACRO, "(x) AS ..., (x, y) AS ...". They read what is made for them (function_views), and what
/// the session is (session_relation).
struct CatalogFunction {
    std::string_view name;
    std::string_view definition;
};

/// In an order in which each calls those before it. Immutable data.
[[nodiscard]] std::span<const CatalogFunction> catalog_functions() noexcept;
/// name is in lower case.
[[nodiscard]] bool is_catalog_function(std::string_view name) noexcept;

/// What a session is: laminar_name and laminar_setting of its parameters ("server_version", ...), and of facts with a
/// space in their name: "session user", "session database", "session process".
inline constexpr std::string_view session_relation = "laminar_session";

}  // namespace laminar::postgres
