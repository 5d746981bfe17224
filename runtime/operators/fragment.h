#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/operators/event_clock.h"
#include "runtime/plan/stream_plan.h"
#include "runtime/row_isolation.h"

namespace laminar {

/// What a statement of a pipeline reads: the rows of an input or of an operator.
struct StreamScan {
    std::string from_sql;
    BatchSlot* slot = nullptr;  ///< Null for relations that are no streams.
    /// Rows at hand; removed: those that are taken back.
    std::function<std::size_t(bool removed)> rows;
    /// Shows the rows that were added, or those taken back. Empty where rows are never taken back.
    std::function<void(bool removed)> show;
};

/// Who is told of rows that are left out.
class RowObserver {
public:
    virtual ~RowObserver() = default;
    /// A row that the engine refuses: a cast that fails, a division by zero.
    virtual void refused(const std::string& reason) = 0;
    /// The same for a row that slot shows.
    virtual void refused_row(const BatchSlot& slot, const RefusedRow& row) {
        (void)slot;
        refused(row.reason);
    }
    /// How often a row of the slot is tried again before it is refused; without a slot, what was made from several.
    [[nodiscard]] virtual unsigned retries(const BatchSlot* slot = nullptr) const {
        (void)slot;
        return 0;
    }
    /// Rows that slot shows, by their number, whose window had passed when they came, or which have no time.
    virtual void late(const BatchSlot& slot, const std::vector<std::size_t>& rows) = 0;
};

/// A stateless query, prepared: what its scans show now goes in, its rows come out. Rows that came too late are left
/// out, and so are those the engine refuses. Engine thread only.
class Fragment {
public:
    /// scans by their index in the plan; clocks by theirs (null where they are not of an input). wrap changes the text.
    Fragment(Engine& engine, const PlannedFragment& planned, const std::vector<StreamScan>& scans,
             const std::vector<std::unique_ptr<EventClock>>& clocks, RowObserver& observer,
             const std::function<std::string(const std::string&)>& wrap = {});

    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return statement_->columns(); }
    [[nodiscard]] bool has_rows(bool removed = false) const;
    /// Without rows at hand nothing is executed.
    [[nodiscard]] ResultTable run(bool removed = false);

private:
    void leave_out_late_rows();
    void restore();
    ResultTable execute(bool removed);
    ResultTable execute_apart(bool removed);
    ResultTable execute_statement();

    Engine& engine_;
    std::vector<StreamScan> scans_;  ///< Those it reads, streams alone.
    struct LateRule {
        EventClock* clock = nullptr;
        std::unique_ptr<PreparedQuery> test;
    };
    std::vector<LateRule> late_rules_;
    RowObserver& observer_;
    std::unique_ptr<PreparedQuery> statement_;
    std::vector<std::pair<BatchSlot*, std::vector<std::size_t>>> skipped_before_;
};

}  // namespace laminar
