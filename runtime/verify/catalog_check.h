#pragma once

#include "runtime/storage/files/directory_files.h"
#include "runtime/verify/verification.h"

namespace laminar {

/// Opens the database of a directory for reading, and adds what is wrong with its catalog and its rows. Throws
/// EngineException when it cannot be opened.
void check_catalog(const DirectoryFiles& files, Verification& found);

}  // namespace laminar
