#pragma once

#include <chrono>
#include <cstdint>

namespace laminar {

/// The system's time, in microseconds since the epoch. Any thread.
[[nodiscard]] inline std::int64_t utc_now() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace laminar
