#pragma once

#include <string>
#include <utility>

namespace laminar {

// What is in a data directory.
inline constexpr const char* lock_name = "laminar.lock";        ///< Who uses it.
inline constexpr const char* format_name = "laminar.format";    ///< In which version of the format.
inline constexpr const char* database_name = "laminar.duckdb";  ///< The engine's file, and its log:
inline constexpr const char* log_name = "laminar.duckdb.wal";
inline constexpr const char* mark_name = "laminar.commits";  ///< How far the log goes (CommitMark).
inline constexpr const char* hold_name = "laminar.hold";     ///< While a backup is made: see CheckpointHold.

/// Where the files of a data directory are.
class DirectoryFiles {
public:
    explicit DirectoryFiles(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }
    [[nodiscard]] std::string database() const { return file(database_name); }
    [[nodiscard]] std::string log() const { return file(log_name); }
    [[nodiscard]] std::string mark() const { return file(mark_name); }
    [[nodiscard]] std::string hold() const { return file(hold_name); }

private:
    std::string path_;
};

}  // namespace laminar
