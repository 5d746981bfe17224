#pragma once

#include <atomic>
#include <memory>

#include "runtime/engine/engine_connection.h"
#include "runtime/engine/engine_reader.h"
#include "runtime/engine/functions.h"
#include "runtime/engine/scan_function.h"

namespace laminar {

/// The table function through which readers see rows that were made for them.
inline constexpr const char* row_function_name = "laminar_rows";

/// A reader of the database that writer is connected to, where the function above is registered over rows, and
/// Laminar's own over functions. snapshots: how many are open. All of them must outlive it.
[[nodiscard]] std::unique_ptr<EngineReader> make_database_reader(const EngineConnection& writer, ScanSources& rows,
                                                                 FunctionStates& functions,
                                                                 std::atomic<int>& snapshots);

}  // namespace laminar
