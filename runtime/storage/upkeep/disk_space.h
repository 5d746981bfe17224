#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/storage/data_directory.h"
#include "runtime/storage/upkeep/checkpoints.h"

namespace laminar {

/// Whether a data directory may grow: up to its limit (SET disk_limit), and not until the disk has nothing left, for a
/// commit that fails ends the process. Without room nothing is read of any input until there is some again. Engine
/// thread only.
class DiskSpace {
public:
    /// All outlive it.
    DiskSpace(const DataDirectory& directory, const CommitRecorder& recorder, Checkpoints& checkpoints);

    /// Bytes; nothing: the disk is the limit.
    void set_limit(std::optional<std::uint64_t> limit);
    [[nodiscard]] std::optional<std::uint64_t> limit() const noexcept { return limit_; }

    /// Looks ten times a second; says so in the log when it changes. Between cycles, with no transaction open.
    [[nodiscard]] bool has_room(Engine& engine);
    /// What is in the way, and what to do, as of the last look; empty while there is room.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    using Clock = std::chrono::steady_clock;

    /// Of blocks, the log and what has been spilled.
    [[nodiscard]] std::uint64_t used_bytes(Engine& engine) const;
    [[nodiscard]] std::string find_problem(Engine& engine) const;

    const DataDirectory& directory_;
    const CommitRecorder& recorder_;
    Checkpoints& checkpoints_;
    std::optional<std::uint64_t> limit_;
    std::string problem_;
    Clock::time_point next_look_;
};

}  // namespace laminar
