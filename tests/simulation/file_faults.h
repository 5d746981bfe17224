#pragma once

#include <cstdint>
#include <string>

#include "shared_journal.h"

namespace laminar::simulation {

/// What happens at a call of the system that changes a file of the data directory.
enum class FileFault : std::uint8_t {
    none,
    kill_before,  ///< The process is killed instead of the call.
    kill_after,   ///< And after it.
    torn_write,   ///< Of the next write half gets into the file (in place: whole sectors of it), then the process is
                  ///< killed.
    power_cut,    ///< Killed, and the caller takes away from the log what no fsync has put on the disk.
    disk_full,    ///< ENOSPC, for this and all later writes.
    fsync_fails,  ///< EIO, once, for the first fsync from here on.
};

[[nodiscard]] const char* name_of(FileFault fault);

/// This program defines write, fsync and the like in the place of those of the C library, for the engine's library as
/// well. From here on they count the calls that change files below directory, and do fault at the call with the number
/// at_step, from 1. Once, before there are threads.
void arm_file_faults(SharedJournal& journal, const std::string& directory, FileFault fault, std::uint64_t at_step);

}  // namespace laminar::simulation
