#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace laminar {

class Engine;

/// How much memory of Laminar's own, beside the engine's, may be taken by state and rows that could be in tables of the
/// engine as well: a part of the engine's memory_limit, in equal shares. Who has more hands over to its table, which
/// the engine spills to disk. Engine thread only.
class StateMemory {
public:
    /// Belongs to whoever may hold such state, for as long as it lives.
    class Share {
    public:
        explicit Share(Engine& engine);
        ~Share() { --memory_.users_; }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        /// In bytes, and not more than most.
        [[nodiscard]] std::size_t bytes(std::size_t most) const noexcept {
            return std::min(most, std::max(least, memory_.limit_ / part / memory_.users_));
        }

    private:
        StateMemory& memory_;
    };

    /// memory_limit of the engine, in bytes.
    void set_limit(std::uint64_t limit) noexcept { limit_ = static_cast<std::size_t>(limit); }

private:
    static constexpr std::size_t part = 4;           ///< All shares together: one of so many of the limit.
    static constexpr std::size_t least = 64u << 10;  ///< A share of less would be handed over with every row.

    std::size_t limit_ = std::size_t{1} << 40;
    std::size_t users_ = 0;
};

/// Of the engine made by Engine::create.
[[nodiscard]] StateMemory& state_memory(Engine& engine);
/// To be called when the engine's memory_limit has been set. Throws EngineException.
void note_memory_limit(Engine& engine);

}  // namespace laminar
