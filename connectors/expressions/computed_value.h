#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/options/computed_expression.h"

namespace laminar {

/// A value while an expression of an option is evaluated.
struct ComputedValue {
    ComputedType type = ComputedType::null;
    std::int64_t number = 0;  ///< Of a BIGINT; of a TIMESTAMP microseconds since the epoch, UTC; of a BOOLEAN 0 or 1.
    double real = 0;
    std::string text;  ///< Of VARCHAR and BLOB the bytes; of JSON and, where it is not empty, of DOUBLE JSON's text.
    bool is_secret = false;  ///< Some of it comes from a secret.

    [[nodiscard]] bool is_null() const noexcept { return type == ComputedType::null; }

    [[nodiscard]] static ComputedValue null() { return {}; }
    [[nodiscard]] static ComputedValue of_boolean(bool value);
    [[nodiscard]] static ComputedValue of_bigint(std::int64_t value);
    [[nodiscard]] static ComputedValue of_real(double value);
    [[nodiscard]] static ComputedValue of_text(std::string text);
    [[nodiscard]] static ComputedValue of_blob(std::string bytes);
    [[nodiscard]] static ComputedValue of_timestamp(std::int64_t micros);
    /// A valid JSON value; NULL where it is null.
    [[nodiscard]] static ComputedValue of_json(std::string_view json);
};

/// Its characters: of JSON those of a string, else the text; times as DuckDB writes them. Not of a BLOB's bytes, which
/// stay as they are.
[[nodiscard]] std::string text_of(const ComputedValue& value);
/// As messages are written: BLOB in base64, times as ISO 8601.
void append_json(std::string& out, const ComputedValue& value);
/// A number of what it is, also within JSON; nullopt where it is none.
[[nodiscard]] std::optional<ComputedValue> number_in(const ComputedValue& value);
/// The same for a truth value.
[[nodiscard]] std::optional<bool> truth_in(const ComputedValue& value);

/// CAST; nullopt where the value cannot be one of that type. name: INTEGER has 32 bits.
[[nodiscard]] std::optional<ComputedValue> cast_value(const ComputedValue& value, ComputedType type,
                                                      std::string_view name);

}  // namespace laminar
