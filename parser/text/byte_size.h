#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace laminar {

/// A size as it is written in settings: '10GB', '1.5 MiB', '4096 bytes'. KB, MB, GB and TB are powers of 1000, KiB to
/// TiB of 1024, in any case. Nothing for anything else, for 0, and for more than a machine may ever have.
[[nodiscard]] std::optional<std::uint64_t> parse_byte_size(std::string_view text);

}  // namespace laminar
