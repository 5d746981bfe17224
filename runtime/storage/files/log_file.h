#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace laminar {

/// How much of a log comes before its first commit: nobody has waited for that to be on disk.
inline constexpr std::uint64_t log_beginning_bytes = 8;

/// What the log of an engine's database holds: what has been committed since its last checkpoint.
struct LogContent {
    std::uint64_t bytes = 0;            ///< Of the file; 0: there is none.
    std::uint64_t committed_bytes = 0;  ///< Up to the end of the last commit that is whole.
    std::uint64_t sound_bytes = 0;      ///< Up to the first entry that is not whole, or not what was written.
    std::uint64_t commits = 0;
    std::uint64_t rows = 0;  ///< Added, changed or deleted by them; but for large appends, which are in the database.
    /// What is not sound is followed by entries that are: it is not what was being written when a process ended, but
    /// has become other than it was.
    bool is_damaged = false;
};

/// Reads a log to its end, or only its first bytes. The engine itself (DuckDB 1.4) takes an entry whose size leads
/// beyond the end for one that was being written, and leaves out what follows without a word, whatever the size has
/// come from. Throws DamagedFile when the file cannot be read, or is of another program or version.
[[nodiscard]] LogContent read_log(const std::string& path,
                                  std::uint64_t first_bytes = std::numeric_limits<std::uint64_t>::max());

}  // namespace laminar
