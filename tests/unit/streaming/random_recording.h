#pragma once

#include <cstdint>
#include <memory>
#include <random>

#include "recording.h"

namespace laminar::test {

/// Streams of random length, disorder, density, and share of ties, NULLs and late rows; the same for the same seed.
[[nodiscard]] std::unique_ptr<Recording> make_random_recording(std::uint64_t seed);

/// A number from least to most; unlike the standard distributions, the same everywhere.
[[nodiscard]] inline std::int64_t random_between(std::mt19937_64& random, std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most - least + 1));
}

}  // namespace laminar::test
