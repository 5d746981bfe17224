#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/parts_statement.h"

namespace laminar {

/// The input of an operator that sums up rows for later: they wait until they are worth a grouping statement, whose
/// fixed costs are those of thousands of rows. Without parts, rows are what it delivers, at once. Engine thread only.
class WaitingInput {
public:
    /// parts is read while it is made.
    WaitingInput(const PlannedFragment& planned, const std::optional<AggregateParts>& parts,
                 const OperatorContext& context);

    /// Of what sum_up delivers.
    [[nodiscard]] const std::vector<OutputColumn>& columns() const;

    /// Adds the rows at hand to those that wait. Rows that came too late are left out, and those the engine refuses.
    void take();
    /// Those that wait, with those taken since the last commit.
    [[nodiscard]] const ResultTable& rows() const noexcept { return rows_; }
    [[nodiscard]] bool has_enough() const noexcept;
    /// The parts of all of them, which wait no longer once that is committed. Rows that the engine refuses are left
    /// out. Throws EngineException.
    [[nodiscard]] ResultTable sum_up();
    void on_commit();

    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    Fragment fragment_;
    std::unique_ptr<PartsStatement> parts_;  ///< Null without parts.
    ResultTable rows_;
    std::size_t committed_ = 0;  ///< Of them, the first.
    bool is_summed_up_ = false;
};

}  // namespace laminar
