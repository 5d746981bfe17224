#pragma once

#include <cstdint>
#include <string_view>

namespace laminar {

/// The sum that the engine's files (DuckDB 1.4) carry for each block and for each entry of the log. Any thread.
[[nodiscard]] std::uint64_t engine_sum(std::string_view bytes) noexcept;

/// A number of these files: little-endian, wherever it stands. at + 8 must be within bytes.
[[nodiscard]] std::uint64_t number_at(std::string_view bytes, std::size_t at) noexcept;

}  // namespace laminar
