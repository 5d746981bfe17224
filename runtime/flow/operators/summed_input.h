#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/direct/direct_groups.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/parts_statement.h"

namespace laminar {

/// The input of an operator that sums up rows at once: the parts that they make. Engine thread only.
class SummedInput {
public:
    /// parts is read while it is made.
    SummedInput(const PlannedFragment& planned, const AggregateParts& parts, const OperatorContext& context);

    /// Of the parts.
    [[nodiscard]] const std::vector<OutputColumn>& columns() const;
    /// What the rows at hand make, by statements. Rows that came too late are left out, and so are those the engine
    /// refuses.
    [[nodiscard]] ResultTable run();
    /// The groups in whose place that is, where no statement is needed for them; null elsewhere. The caller's.
    [[nodiscard]] std::unique_ptr<DirectGroups> take_groups() { return std::move(groups_); }
    /// For them: the rows at hand themselves.
    [[nodiscard]] ResultTable run_rows() { return rows_->run(); }

private:
    std::unique_ptr<PartsStatement> parts_;  ///< Null where rows_ makes the parts, too.
    std::unique_ptr<DirectGroups> groups_;
    std::unique_ptr<Fragment> rows_;
};

}  // namespace laminar
