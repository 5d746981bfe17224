#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/flow/direct/direct_groups.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/parts_statement.h"
#include "runtime/storage/row_buffer.h"

namespace laminar {

/// The input of an operator that sums up rows for later, by time_key_column among others. Where no statement is needed
/// they are summed up as they come, in memory. Otherwise they are buffered until they are worth a grouping statement,
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
    /// refuses. Returns the least time key among them; nothing without one.
    std::optional<std::int64_t> take();
    /// Rows (or groups) that wait, with those taken since the last commit.
    [[nodiscard]] std::uint64_t rows() const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept;
    /// They are groups, summed up as far as they can be.
    [[nodiscard]] bool is_summed_up() const noexcept { return groups_ != nullptr; }
    /// The least time key that waits, once that is committed which sum_up_before delivered.
    [[nodiscard]] std::optional<std::int64_t> least_key() const;
    /// They are many. In a data directory any are: what has not been summed up is gone after a crash.
    [[nodiscard]] bool has_enough() const noexcept;

    /// The parts of all of them, which are gone once that is committed. Rows that the engine refuses are left out.
    /// Throws EngineException.
    [[nodiscard]] ResultTable sum_up();
    /// At least of those whose time key lies before a bound.
    [[nodiscard]] ResultTable sum_up_before(std::int64_t bound);
    void on_commit();

private:
    Fragment fragment_;
    std::unique_ptr<PartsStatement> parts_;  ///< Null without parts.
    std::unique_ptr<DirectGroups> groups_;   ///< In the place of buffer_ and parts_; null where only these will do.
    bool folds_ = false;     ///< Rows are added to what has been summed up of their group before, wherever it is:
    bool outlasts_ = false;  ///< Nothing may be left in memory by a commit.
    bool gives_up_groups_ = false;  ///< groups cannot begin anew with the next commit.
    StateMemory::Share memory_;
    RowBuffer<ResultTable> buffer_;
    ResultTable taken_;  ///< Without parts.
};

}  // namespace laminar
