#include "runtime/engine/engine_version.h"

#include <duckdb.h>

namespace laminar {

std::string_view engine_version() noexcept {
    std::string_view version = duckdb_library_version();
    if (version.starts_with('v')) version.remove_prefix(1);
    return version;
}

}  // namespace laminar
