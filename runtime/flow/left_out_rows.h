#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connection.h"
#include "runtime/flow/inputs/pipeline_inputs.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/rows/row_isolation.h"

namespace laminar {

/// What a pipeline leaves out: counted, logged, and told to the connections the rows came from. Engine thread only.
class LeftOutRows final : public RowObserver {
public:
    /// Both outlive it; pipeline is the name for logs and reports, which may change.
    LeftOutRows(const PipelineInputs& inputs, const std::string& pipeline) : inputs_(inputs), pipeline_(pipeline) {}

    /// Other rows are at hand than before.
    void begin_cycle() { told_late_.clear(); }

    void refused(const std::string& reason) override;
    void refused_row(const BatchSlot& slot, const RefusedRow& row) override;
    /// Rows that are at hand are told of once, however many of those who read them find them late.
    void late(const BatchSlot& slot, const std::vector<std::size_t>& rows) override;
    [[nodiscard]] unsigned retries(const BatchSlot* slot = nullptr) const override;
    /// A row that was made on the way, as JSON where it is known.
    void refused_made_row(const std::string& reason, const std::string& row);
    /// What inputs have to tell of their messages.
    void take_reports();
    /// Of rows that had no receiver.
    void set_latest_reason(std::string reason) { latest_reason_ = std::move(reason); }

    /// Those of an earlier process count as well.
    void take_up(std::uint64_t refused, std::uint64_t late) noexcept {
        refused_rows_ = refused;
        late_rows_ = late;
    }
    [[nodiscard]] std::uint64_t refused_rows() const noexcept { return refused_rows_; }
    [[nodiscard]] std::uint64_t late_rows() const noexcept { return late_rows_; }
    /// Why the latest was left out, but for those that came too late; empty when none was.
    [[nodiscard]] const std::string& latest_reason() const noexcept { return latest_reason_; }
    /// Adds the ids of messages that have failed since the last time.
    void add_failed_messages(std::set<std::string>& ids) const;
    /// For the connections, since the last time.
    [[nodiscard]] std::vector<FailedRow> take_failures() { return std::exchange(failures_, {}); }

private:
    void count_refused(const std::string& reason);
    void add_row_failure(const BatchSlot& slot, const RefusedRow& row, FailedRow::Kind kind);
    void add_made_row_failure(const std::string& reason, const std::string& row);

    const PipelineInputs& inputs_;
    const std::string& pipeline_;
    std::uint64_t refused_rows_ = 0;
    std::uint64_t late_rows_ = 0;
    std::set<std::pair<const BatchSlot*, std::size_t>> told_late_;  ///< Of the rows at hand.
    std::string latest_reason_;
    std::vector<FailedRow> failures_;
};

}  // namespace laminar
