#pragma once

#include <cstdint>
#include <optional>

#include "runtime/storage/files/commit_mark.h"
#include "runtime/storage/files/directory_files.h"
#include "runtime/storage/files/log_file.h"

namespace laminar {

/// What the files of a data directory say before the engine opens them.
struct FileFacts {
    std::uint64_t database_bytes = 0;
    std::uint64_t blocks = 0;      ///< In use.
    bool blocks_checked = false;   ///< Whether all of them are what was written.
    std::uint64_t checkpoint = 0;  ///< Of how many it is.
    LogContent log;
    std::optional<CommitMark> mark;  ///< Nothing: it is not known how far the log must go.
};

/// Checks the files of a directory that no process uses, and changes nothing. The blocks of a larger database are not
/// read: that would take long. Throws DamagedFile, with the name of the file in front, and what to do at the end.
[[nodiscard]] FileFacts check_files(const DirectoryFiles& files, std::uint64_t largest_read);

}  // namespace laminar
