#pragma once

#include <cstdint>
#include <string>

namespace laminar {

/// What a backup is of.
struct BackupFacts {
    std::uint64_t database_bytes = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t checkpoint = 0;
    std::uint64_t commits = 0;      ///< From the beginning of the directory; 0: it is not known.
    std::int64_t committed_at = 0;  ///< When the last of them was; microseconds since the epoch, as the next.
    std::int64_t made_at = 0;
    unsigned tries = 1;  ///< More: a checkpoint came in between.
};

/// Writes everything that has been committed in a data directory to a file, as of one moment, whether a process uses
/// the directory or not: what a checkpoint has written stays until the next, and the log grows at its end alone, so
/// both can be copied while a process commits. Checks what it copies: what is damaged is not kept as a backup. The file
/// is there when it is whole, or not at all. version: of this program, for who reads it. Throws DataDirectoryError.
BackupFacts make_backup(const std::string& directory, const std::string& file, const std::string& version);

/// Makes a data directory of a backup. The directory must not be there, or be empty; it is there when it is whole, or
/// not at all. Throws DataDirectoryError.
BackupFacts restore_backup(const std::string& file, const std::string& directory);

/// Unpacks a backup into a directory that is there and empty, and compares its sums. Throws DamagedFile.
BackupFacts unpack_backup(const std::string& file, const std::string& directory);

}  // namespace laminar
