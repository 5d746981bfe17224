#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace laminar {

/// How long something took, each time: counted by bounds that lie close together where pipelines usually are. A value;
/// not thread-safe.
class DurationHistogram {
public:
    /// Upper bounds, themselves included.
    static constexpr std::array<std::chrono::microseconds, 16> bounds{
        std::chrono::microseconds{100},       std::chrono::microseconds{250},
        std::chrono::microseconds{500},       std::chrono::microseconds{1'000},
        std::chrono::microseconds{2'500},     std::chrono::microseconds{5'000},
        std::chrono::microseconds{10'000},    std::chrono::microseconds{25'000},
        std::chrono::microseconds{50'000},    std::chrono::microseconds{100'000},
        std::chrono::microseconds{250'000},   std::chrono::microseconds{500'000},
        std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000},
        std::chrono::microseconds{5'000'000}, std::chrono::microseconds{10'000'000}};

    void observe(std::chrono::nanoseconds duration) noexcept {
        std::size_t bucket = 0;
        while (bucket < bounds.size() && duration > bounds[bucket]) ++bucket;
        ++counts_[bucket];
        sum_ += duration;
    }

    /// Of bound i, without those of the ones before; the last is of what exceeds all bounds.
    [[nodiscard]] const std::array<std::uint64_t, bounds.size() + 1>& counts() const noexcept { return counts_; }
    [[nodiscard]] std::chrono::nanoseconds sum() const noexcept { return sum_; }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::chrono::nanoseconds sum_{0};
};

}  // namespace laminar
