#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/operators/united_clock.h"
#include "runtime/plan/stream/stream_plan.h"

namespace laminar {

/// Changes the text of the last statement to fit a sink; further_columns are shown as well, at the end.
using ResultShape = std::function<std::string(const std::string& sql, const std::vector<std::string>& further_columns)>;

/// A plan at work: its clocks, operators and fragments. Engine thread only.
class OperatorGraph {
public:
    /// inputs by their index in the plan. shape may be empty. name is unique. store: of a data directory that keeps the
    /// state; kept: what save has written there, null where nothing has been committed.
    OperatorGraph(Engine& engine, const std::string& name, StreamPlan plan, std::vector<StreamScan> inputs,
                  RowObserver& observer, const ResultShape& shape, StateStore* store = nullptr,
                  const StateNumbers* kept = nullptr);
    ~OperatorGraph();
    OperatorGraph(const OperatorGraph&) = delete;
    OperatorGraph& operator=(const OperatorGraph&) = delete;

    struct Result {
        ResultTable added;
        ResultTable removed;
        /// For readers, by clock: what the watched clocks say about the rows in added, where some of these may be late.
        std::map<std::size_t, RowMarks> marks;
    };
    /// Takes in the rows at hand, once, and what time has done meanwhile. liveness by input.
    [[nodiscard]] Result process(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                 const std::vector<InputLiveness>& liveness);
    /// Somebody reads the result, and wants to know of one of its clocks from now on. Throws EngineException.
    void watch(std::size_t clock);
    [[nodiscard]] bool is_watched() const noexcept { return !watched_.empty(); }
    [[nodiscard]] bool is_watched(std::size_t clock) const noexcept { return watched_.contains(clock); }
    /// A clock as of the last process.
    [[nodiscard]] const StreamTime& time_of(std::size_t clock) const { return clocks_.at(clock); }
    /// Since note_time_kept a clock has gone on that a start could not find out about: not that of arrival, which is
    /// the system's.
    [[nodiscard]] bool has_unkept_time() const noexcept { return has_unkept_time_; }
    void note_time_kept() noexcept { has_unkept_time_ = false; }
    /// The state does not follow yet from what was processed last.
    [[nodiscard]] bool has_changes() const noexcept { return has_changes_; }
    /// Whether apply executes statements: whether it needs a transaction.
    [[nodiscard]] bool changes_engine() const;
    /// Changes the state of all operators, within a transaction of the caller. Throws EngineException; after a rollback
    /// it may be called again.
    void apply();
    /// The transaction is committed.
    void on_commit();
    /// What operators and clocks know beside their tables, as it will be then.
    void save(StateNumbers& numbers) const;

    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return result_->columns(); }
    [[nodiscard]] const StreamPlan& plan() const noexcept { return plan_; }
    [[nodiscard]] bool keeps_state() const noexcept { return !operators_.empty(); }
    /// All inputs have ended, and everything that waited for that has been delivered.
    [[nodiscard]] bool has_finished() const noexcept { return finished_; }
    /// The least watermark of its inputs, in UTC microseconds.
    [[nodiscard]] StreamTime watermark() const;
    [[nodiscard]] std::uint64_t state_rows() const;
    /// StreamOperator::sum_up of all operators.
    void sum_up();
    [[nodiscard]] std::uint64_t state_bytes() const;

private:
    void take_up(StateNumbers kept);
    bool advance_clocks(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                        const std::vector<InputLiveness>& liveness);
    void let_absent_go_along();
    void make_clock(std::size_t index);
    void unite_clocks();
    [[nodiscard]] bool may_have_late_rows(std::size_t clock) const;
    /// What a clock says about rows that came from these.
    [[nodiscard]] RowMarks marks_of(std::size_t clock, const std::vector<InputRow>& origins) const;
    void run_result(Result& result);

    Engine& engine_;
    std::string name_;
    StreamPlan plan_;
    ResultShape shape_;
    StateNumbers kept_clocks_;                               ///< For clocks that are made later.
    std::set<std::size_t> watched_;                          ///< Clocks that readers of the result want to know of.
    std::vector<StreamScan> scans_;                          ///< Inputs, then operators.
    std::vector<std::unique_ptr<EventClock>> event_clocks_;  ///< Null for those of operators, and those nobody uses.
    std::map<std::size_t, UnitedClock> united_clocks_;       ///< Those that are watched.
    StreamClocks clocks_;
    std::vector<std::unique_ptr<BatchSlot>> slots_;  ///< Of the operators' rows; outlive the statements.
    std::vector<std::unique_ptr<StreamOperator>> operators_;
    std::unique_ptr<Fragment> result_;
    bool has_changes_ = false;
    bool has_unkept_time_ = false;
    bool finished_ = false;
    bool has_begun_ = false;  ///< OperatorContext::has_begun.
};

}  // namespace laminar
