#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "runtime/engine/engine.h"
#include "runtime/flow/inputs/stream_input.h"

namespace laminar {

/// The rows that a table retained before a pipeline that reads it began, part by part, in the place of new ones. All
/// inputs of the pipeline that read the table share one. Engine thread only.
class PastRows {
public:
    /// stream retains rows, and outlives it.
    explicit PastRows(StreamInput& stream) : stream_(stream) {}

    /// Where it is, for one that goes on from there; -1: all have been read.
    [[nodiscard]] std::int64_t place() const noexcept { return is_reading_ ? position_ : -1; }
    void go_on_from(std::int64_t place) noexcept {
        is_reading_ = place >= 0;
        position_ = std::max<std::int64_t>(place, 0);
    }

    /// There may be more.
    [[nodiscard]] bool is_reading() const noexcept { return is_reading_; }
    /// Has the table's slot show the next part; false when there is none. Throws EngineException.
    bool show_next();
    /// The part is done with.
    void release();
    /// Those that are shown; null when none are.
    [[nodiscard]] const ResultTable* rows() const noexcept { return rows_ ? &*rows_ : nullptr; }

private:
    StreamInput& stream_;
    bool is_reading_ = true;
    std::int64_t position_ = 0;  ///< The place (RetainedTable::read) from which on rows are still to be read.
    std::optional<ResultTable> rows_;
};

}  // namespace laminar
