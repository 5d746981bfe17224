#pragma once

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <string>

namespace laminar::simulation {

inline constexpr std::size_t most_messages = 64;  ///< Of each feed.

/// What outlasts a process that is killed: what its peers know, and how far its files had come. In memory that a
/// process shares with those it forks; every member may be written until the very last instruction.
struct SharedJournal {
    enum Feed : std::size_t { trades, quotes, feeds };

    /// Of each message: the peer has been told that it is done.
    std::array<std::array<std::atomic<bool>, most_messages>, feeds> acknowledged{};
    /// Of each trade: how often the peer of the sink has received it.
    std::array<std::atomic<std::uint32_t>, most_messages> received{};
    std::atomic<std::uint64_t> acknowledgements{0};
    /// Calls of the system that changed the data directory, of the process that runs.
    std::atomic<std::uint64_t> steps{0};
    std::atomic<bool> fault_was_met{false};
    /// Bytes of the log that an fsync has put on the disk; what is behind them a power cut may take.
    std::atomic<std::uint64_t> synced_log_bytes{0};
    std::array<char, 2000> failure{};  ///< What a process found wrong, if it did.

    static SharedJournal* create() {
        void* memory =
            ::mmap(nullptr, sizeof(SharedJournal), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        return new (memory) SharedJournal;
    }
    void fail(const std::string& text) { (void)std::snprintf(failure.data(), failure.size(), "%s", text.c_str()); }
    void begin_process() {
        steps = 0;
        fault_was_met = false;
        failure[0] = 0;
    }
};

}  // namespace laminar::simulation
