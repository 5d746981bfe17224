#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace laminar {

/// How far a database had come when something was last committed: the log has at least so many bytes as long as the
/// checkpoint is the same. Times are microseconds since the epoch, UTC; 0: never yet.
struct CommitMark {
    std::uint64_t checkpoint = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t commits = 0;  ///< From the beginning of the directory.
    std::int64_t committed_at = 0;
    std::int64_t checkpointed_at = 0;
};

/// As a line of text, which has a sum.
[[nodiscard]] std::string write_mark(const CommitMark& mark);
/// Nothing when it is not such a line.
[[nodiscard]] std::optional<CommitMark> parse_mark(const std::string& line);

/// Nothing when there is no such file, or nothing in it. Throws DamagedFile when it has something else in it.
[[nodiscard]] std::optional<CommitMark> read_mark(const std::string& path);

}  // namespace laminar
