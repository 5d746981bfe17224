#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/flow/operators/fragment.h"
#include "runtime/flow/operators/stream_clock.h"
#include "runtime/plan/stream/stream_plan.h"
#include "runtime/storage/state_table.h"

namespace laminar {

/// What an operator is made with. Borrowed while it is made; engine, clocks and observer outlive it.
struct OperatorContext {
    Engine& engine;
    std::string name;  ///< Pipeline and id of the operator: unique among operators.
    std::uint64_t fingerprint;
    const std::vector<StreamScan>& scans;
    const std::vector<std::unique_ptr<EventClock>>& event_clocks;
    const StreamClocks& clocks;
    RowObserver& observer;
    /// A row has come in at some input, be it that the query leaves it out, or all inputs have ended: from then on an
    /// aggregate over no rows has an answer.
    const bool& has_begun;
    StateStore* store = nullptr;  ///< Of a data directory that keeps the state; null: none does.
    bool is_there = false;        ///< Something of the pipeline has been committed.

    /// Of what the operator keeps, or of a part of it.
    [[nodiscard]] StateIdentity state(const std::string& part = {}) const;
};

/// A step of a continuous query that keeps state. A cycle has three parts: evaluate computes from the rows at hand and
/// the state, changing nothing, so that a row which the engine refuses is found before anything has happened; apply
/// executes what changes the state, in a transaction; on_commit, once that is committed, makes the members follow. If
/// it is rolled back instead, apply may be called again. Engine thread only.
class StreamOperator {
public:
    virtual ~StreamOperator() = default;

    virtual void evaluate() = 0;
    virtual void apply() = 0;
    virtual void on_commit() = 0;
    /// Whether apply will execute statements after the last evaluate.
    [[nodiscard]] virtual bool changes_engine() const = 0;

    /// What the last evaluate made.
    [[nodiscard]] const ResultTable& added() const noexcept { return added_; }
    [[nodiscard]] const ResultTable& removed() const noexcept { return removed_; }
    void forget_rows() {
        added_.rows = 0;
        removed_.rows = 0;
    }

    /// A lower bound for the times of the rows it will still make, as of the last evaluate.
    [[nodiscard]] virtual StreamTime output_time(std::size_t side) const = 0;

    /// Between cycles: sums up what waits for that, and merges what can be, so that the state has no more rows than it
    /// needs. Throws EngineException.
    virtual void sum_up() {}
    [[nodiscard]] virtual std::uint64_t state_rows() const = 0;
    [[nodiscard]] virtual std::uint64_t state_bytes() const = 0;

    /// What it knows beside its tables and cannot find out from them, as it will be when the changes are committed; and
    /// takes it up again, before the first evaluate.
    virtual void save(ScopedNumbers& numbers) const { (void)numbers; }
    virtual void take_up(const ScopedNumbers& numbers) { (void)numbers; }

protected:
    ResultTable added_;
    ResultTable removed_;
};

[[nodiscard]] std::unique_ptr<StreamOperator> make_operator(const PlannedOperator& planned,
                                                            const OperatorContext& context);

// By kind, for make_operator.
[[nodiscard]] std::unique_ptr<StreamOperator> make_window_operator(const PlannedOperator& planned,
                                                                   const WindowPlan& plan,
                                                                   const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_session_operator(const PlannedOperator& planned,
                                                                    const SessionPlan& plan,
                                                                    const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_over_operator(const PlannedOperator& planned, const OverPlan& plan,
                                                                 const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_join_operator(const PlannedOperator& planned, const JoinPlan& plan,
                                                                 const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_asof_operator(const PlannedOperator& planned, const JoinPlan& plan,
                                                                 const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_parts_operator(const PlannedOperator& planned,
                                                                  const ChangingPlan& plan,
                                                                  const OperatorContext& context);
[[nodiscard]] std::unique_ptr<StreamOperator> make_changing_operator(const PlannedOperator& planned,
                                                                     const ChangingPlan& plan,
                                                                     const OperatorContext& context);

/// The text of a query whose operator rows are read from the given FROM texts, by side.
[[nodiscard]] std::string query_over(const ast::Query& query, const std::vector<std::string>& rows);
/// What to write after ORDER BY to sort by all columns and keep their values as they are: the engine takes the values
/// of a column that it sorts by from the keys of the sort, in which -0.0 is 0.0.
[[nodiscard]] std::string sort_terms(const std::vector<OutputColumn>& columns);
/// query in the order of its windows, then of all its columns, so that the order does not depend on batches.
/// by_end: windows in the order of their ends, where one is among the columns.
[[nodiscard]] std::string ordered(const std::string& query, const PlannedOperator& planned, bool by_end = false);
/// The least TIMESTAMP in a column; nothing when there is none.
[[nodiscard]] std::optional<std::int64_t> least_timestamp(const ResultTable& rows, const std::string& column);

}  // namespace laminar
