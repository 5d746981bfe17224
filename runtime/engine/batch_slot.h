#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/engine/scan_function.h"

namespace laminar {

/// The table function through which slots are read.
inline constexpr const char* batch_function_name = "laminar_batch";
inline constexpr const char* numbered_batch_function_name = "laminar_numbered_batch";

/// A slot registered in sources for as long as it lives; sources must outlive it. Statements of that connection alone
/// read it (ScanSources).
[[nodiscard]] std::unique_ptr<BatchSlot> make_batch_slot(ScanSources& sources, std::uint64_t connection,
                                                         const std::string& key,
                                                         std::shared_ptr<const BatchSchema> schema);
[[nodiscard]] std::unique_ptr<BatchSlot> make_row_slot(ScanSources& sources, std::uint64_t connection,
                                                       const std::string& key,
                                                       const std::vector<OutputColumn>& columns);

}  // namespace laminar
