#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/operators/summed_input.h"
#include "runtime/flow/rows/result_changes.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

/// Grouped aggregates that can be added up: state is one row of parts for each group. What is kept of a group comes
/// first and what came follows it in its order, in one slot, so that sums are carried on as over all rows at once.
class PartsOperator final : public StreamOperator {
public:
    PartsOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context)
        : has_begun_(context.has_begun),
          observer_(context.observer),
          input_(plan.inputs.front(), *plan.parts, context),
          state_(context.engine, context.state(), input_.columns()),
          together_slot_(context.engine.create_row_slot(context.name + ":together", input_.columns())),
          merged_slot_(context.engine.create_row_slot(context.name + ":merged", input_.columns())),
          changes_of_(context.engine, context.name + ":changes", input_.columns(),
                      [&](const std::string& parts) { return query_over(plan.parts->finish, {parts}); }) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        std::string same = "true";
        for (const std::string& key : plan.parts->keys)
            same += fmt::format(" AND s.{0} IS NOT DISTINCT FROM n.{0}", always_quote_identifier(key));
        const bool grouped = !plan.parts->keys.empty();
        kept_ = context.engine.prepare(grouped ? fmt::format("SELECT s.* FROM {} AS s SEMI JOIN {} AS n ON {}",
                                                             state_.table(), state_.buffered(), same)
                                               : "SELECT * FROM " + state_.table());
        merge_ = context.engine.prepare(query_over(plan.parts->merge, {together_slot_->from_sql()}));
        check_types(*merge_, input_.columns());
        forget_ = context.engine.prepare(
            grouped
                ? fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT s.rowid FROM {0} AS s SEMI JOIN {1} AS n ON {2})",
                              state_.table(), state_.buffered(), same)
                : "DELETE FROM " + state_.table());
        keep_merged_ = context.engine.prepare(
            fmt::format("INSERT INTO {} SELECT * FROM {}", state_.table(), merged_slot_->from_sql()));
        if (plan.parts->of_nothing) {
            const auto no_rows = context.engine.create_row_slot(context.name + ":nothing", plan.parts->rows);
            of_nothing_ = context.engine.prepare(query_over(*plan.parts->of_nothing, {no_rows->from_sql()}))->execute();
        }
    }

    ~PartsOperator() override { merged_slot_->set_rows(nullptr); }

    void evaluate() override {
        forget_rows();
        changes_ = false;
        begins_ = has_begun_ && !answers_;
        ResultTable parts = input_.run();
        changes_ = parts.rows > 0;
        if (!changes_ && !begins_) return;
        state_.buffer(std::move(parts));
        ResultTable kept = kept_->execute();
        if (changes_) {
            ResultTable together = kept;
            append_rows(together, state_.buffered_rows());
            const ShownRows shown(*together_slot_, together);
            merged_ = merge_->execute();
        } else {
            merged_ = kept;
        }
        std::vector<RefusedRow> known;  // Told of when they were made.
        ResultTable before = answers_ ? answer(kept, 0, known) : empty_rows(added_.columns);
        std::vector<RefusedRow> refused;
        const ResultTable after = answer(merged_, observer_.retries(), refused);
        for (const RefusedRow& result : refused) observer_.refused(result.reason);
        added_ = changes_of_.difference(after, before);
        removed_ = changes_of_.difference(before, after);
        if (changes_) merged_slot_->set_rows(&merged_);
    }

    void apply() override {
        if (!changes_) return;
        state_.begin_changes();
        state_.remove_with(*forget_);
        state_.write_with(*keep_merged_);
    }

    void on_commit() override {
        answers_ = answers_ || begins_;
        begins_ = false;
        if (!changes_) return;
        state_.on_commit();
        merged_slot_->set_rows(nullptr);
        merged_ = ResultTable();
        changes_ = false;
    }

    [[nodiscard]] bool changes_engine() const override { return changes_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_.rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_.bytes(); }

private:
    /// What is merged is read as parts again.
    static void check_types(const PreparedQuery& merge, const std::vector<OutputColumn>& parts) {
        const bool same = std::equal(merge.columns().begin(), merge.columns().end(), parts.begin(), parts.end(),
                                     [](const auto& left, const auto& right) { return left.type == right.type; });
        if (!same) throw EngineException({.type = "Internal", .message = "merged parts are of other types than parts"});
    }

    /// The result for parts; without groups there is one for none, too. refused: those that have none.
    ResultTable answer(const ResultTable& parts, unsigned retries, std::vector<RefusedRow>& refused) {
        return changes_of_.results_of_each(parts.rows == 0 && of_nothing_ ? *of_nothing_ : parts, retries, refused);
    }

    const bool& has_begun_;
    RowObserver& observer_;
    SummedInput input_;
    StateTable state_;
    std::unique_ptr<BatchSlot> together_slot_;  ///< Slots outlive the statements that read them.
    std::unique_ptr<BatchSlot> merged_slot_;
    ResultChanges changes_of_;
    std::unique_ptr<PreparedQuery> kept_;  ///< Of the groups that came.
    std::unique_ptr<PreparedQuery> merge_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> keep_merged_;
    std::optional<ResultTable> of_nothing_;  ///< The part of no rows.
    ResultTable merged_;
    bool changes_ = false;
    bool begins_ = false;   ///< In this cycle.
    bool answers_ = false;  ///< It has begun: what it answers has been delivered.
};

}  // namespace

std::unique_ptr<StreamOperator> make_parts_operator(const PlannedOperator& planned, const ChangingPlan& plan,
                                                    const OperatorContext& context) {
    return std::make_unique<PartsOperator>(planned, plan, context);
}

}  // namespace laminar
