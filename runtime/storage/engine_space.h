#pragma once

#include <cstdint>

namespace laminar {

class Engine;

/// Has the engine give back the space of deleted rows. By itself it only marks them, and a table whose old rows go
/// while new ones come would grow for as long as the process lives. Engine thread only.
class EngineSpace {
public:
    /// Does so when enough has been written since the last time. To be called between cycles, with no transaction open
    /// and nobody who remembers row ids: they change. rows and bytes are what has been deleted or written over since
    /// the start.
    void reclaim_if_due(Engine& engine, std::uint64_t rows, std::uint64_t bytes);

private:
    std::uint64_t reclaimed_at_rows_ = 0;
    std::uint64_t reclaimed_at_bytes_ = 0;
};

}  // namespace laminar
