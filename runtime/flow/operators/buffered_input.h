#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/parts_statement.h"
#include "runtime/storage/row_buffer.h"

namespace laminar {

/// The input of an operator that sums up rows for later: they are buffered until they are worth a grouping statement,
/// whose fixed costs are those of thousands of rows. Without parts, rows are what it delivers, at once. Engine thread
/// only.
class BufferedInput {
public:
    /// parts is read while it is made.
    BufferedInput(const PlannedFragment& planned, const std::optional<AggregateParts>& parts,
                  const OperatorContext& context);

    /// Of what sum_up delivers.
    [[nodiscard]] const std::vector<OutputColumn>& columns() const;

    /// Adds the rows at hand to those of cycles before. Rows that came too late are left out, and those the engine
    /// refuses.
    void take();
    /// Those of cycles before, with those taken since the last commit.
    [[nodiscard]] const ResultTable& rows() const noexcept { return parts_ ? buffer_.whole() : taken_; }
    [[nodiscard]] bool has_enough() const noexcept { return !parts_ || buffer_.is_full(); }
    /// The parts of all of them, which are gone once that is committed. Rows that the engine refuses are left out.
    /// Throws EngineException.
    [[nodiscard]] ResultTable sum_up();
    void on_commit() { buffer_.commit(); }

    [[nodiscard]] std::size_t bytes() const noexcept { return parts_ ? buffer_.bytes() : taken_.byte_size(); }

private:
    Fragment fragment_;
    std::unique_ptr<PartsStatement> parts_;  ///< Null without parts.
    RowBuffer<ResultTable> buffer_;
    ResultTable taken_;  ///< Without parts.
};

}  // namespace laminar
