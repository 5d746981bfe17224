#include "runtime/storage/engine_space.h"

#include <spdlog/spdlog.h>

#include "runtime/engine/engine.h"

namespace laminar {

namespace {

// Reclaiming takes some 50 ms, more for the first time on a large table: rare enough to be lost among the work of as
// many rows, often enough that what is dead stays small.
constexpr std::uint64_t rows_between = 250'000;
constexpr std::uint64_t bytes_between = 128ULL << 20;

}  // namespace

void EngineSpace::reclaim_if_due(Engine& engine, std::uint64_t rows, std::uint64_t bytes) {
    if (rows - reclaimed_at_rows_ < rows_between && bytes - reclaimed_at_bytes_ < bytes_between) return;
    reclaimed_at_rows_ = rows;
    reclaimed_at_bytes_ = bytes;
    try {
        // In memory, too, this is what rewrites the parts of tables that have deleted rows.
        engine.execute("CHECKPOINT");
    } catch (const EngineException& problem) {
        spdlog::debug("space of deleted rows was not reclaimed: {}", problem.what());
    }
}

}  // namespace laminar
