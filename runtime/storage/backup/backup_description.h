#pragma once

#include <string>

#include "runtime/storage/backup/backup.h"

namespace laminar {

// The first member of a backup says what it is, as text.
inline constexpr const char* description_name = "BACKUP";

[[nodiscard]] std::string describe_backup(const BackupFacts& facts, const std::string& version);
/// Throws DamagedFile: it is another program's, or of a newer format.
[[nodiscard]] BackupFacts read_description(const std::string& text);

}  // namespace laminar
