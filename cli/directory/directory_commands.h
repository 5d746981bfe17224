#pragma once

#include <string>

namespace laminar {

struct BackupOptions {
    std::string directory;
    std::string file;
};

/// Writes what is committed in a data directory to a file, also while a process uses the directory. Returns the exit
/// code: 0 done, 1 no backup has been made, and why is on standard error.
[[nodiscard]] int backup_command(const BackupOptions& options);

/// Makes a data directory of a backup. Returns the exit code: 0 done, 1 nothing has been made.
[[nodiscard]] int restore_command(const BackupOptions& options);

enum class VerifyFormat { text, json };

struct VerifyOptions {
    std::string path;  ///< A data directory, or a backup.
    VerifyFormat format = VerifyFormat::text;
};

/// Says on standard output what has been found. Returns the exit code: 0 it is sound, 1 it is not, 2 it cannot be
/// checked.
[[nodiscard]] int verify_command(const VerifyOptions& options);

}  // namespace laminar
