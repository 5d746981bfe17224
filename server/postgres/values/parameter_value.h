#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace laminar::postgres {

/// How a client has written a value.
enum class ValueFormat : std::uint8_t { text, binary };

/// What is taken for a parameter of which the client says no type.
inline constexpr std::int32_t unknown_oid = 705;
inline constexpr std::int32_t text_oid = 25;
inline constexpr std::int32_t bigint_oid = 20;
inline constexpr std::int32_t bytea_oid = 17;
inline constexpr std::int32_t numeric_oid = 1700;

/// The SQL of a value of a parameter: a literal, quoted, with a cast to what the type is in Laminar. Of an unknown
/// type: a string, that becomes what the place asks for. Nothing: the bytes are no value of the type, or the type has
/// no values here.
[[nodiscard]] std::optional<std::string> parameter_sql(std::int32_t oid, ValueFormat format, std::string_view bytes);

/// That of NULL: of the type, where it is known.
[[nodiscard]] std::string null_sql(std::int32_t oid);

/// Whether parameters can have a type.
[[nodiscard]] bool is_parameter_type(std::int32_t oid);

/// Of the elements of an array type; 0: it is none.
[[nodiscard]] std::int32_t element_type(std::int32_t oid);

/// The type that SQL text names ("bigint", "TIMESTAMPTZ", "int[]"); nothing: none that parameters can have.
[[nodiscard]] std::optional<std::int32_t> oid_of_type_name(std::string_view name);

}  // namespace laminar::postgres
