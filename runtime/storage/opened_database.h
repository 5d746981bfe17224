#pragma once

#include "runtime/engine/engine.h"
#include "runtime/storage/data_directory.h"

namespace laminar {

/// Makes the database of a data directory ready for a start: what an earlier process has left there and nobody keeps is
/// gone, and a new directory becomes one. Engine thread only. Throws EngineException and DataDirectoryError.
void make_ready(Engine& engine, DataDirectory& directory);

}  // namespace laminar
