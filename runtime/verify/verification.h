#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/storage/backup/backup.h"
#include "runtime/storage/files/file_check.h"

namespace laminar {

/// Something that is not as it should be.
struct VerifiedFinding {
    std::string check;  ///< backup, format, files, catalog, table or state.
    bool is_error = true;
    std::string message;
};

struct VerifiedTable {
    std::string name;
    std::uint64_t rows = 0;
};

/// What has been found of a data directory or a backup.
struct Verification {
    std::optional<BackupFacts> backup;  ///< It is one.
    FileFacts files;
    std::uint64_t objects = 0;          ///< Of the catalog.
    std::vector<VerifiedTable> tables;  ///< Stored ones, all of whose rows were read.
    std::uint64_t state_tables = 0;     ///< What pipelines and stream tables keep, as the next.
    std::uint64_t state_rows = 0;
    std::vector<VerifiedFinding> findings;

    [[nodiscard]] bool is_sound() const noexcept;
};

/// Checks a data directory that no process uses, or a backup, and changes nothing of it: the sums of everything that is
/// in use, how far the log goes, that each statement of the catalog binds, that every row can be read and no key is
/// there twice, and that state is that of the pipelines there are. A backup is unpacked below temporary_directory for
/// as long. Throws DataDirectoryError when it cannot be checked at all: there is no such thing, or a process uses it.
[[nodiscard]] Verification verify(const std::string& path, const std::string& temporary_directory);

}  // namespace laminar
