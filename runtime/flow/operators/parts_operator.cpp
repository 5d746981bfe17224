#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/engine/memory/state_memory.h"
#include "runtime/flow/operators/result_changes.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/operators/summed_input.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

/// Of a log of groups: so many more rows than twice the groups may be there before all of them are written anew.
constexpr std::uint64_t least_rows_to_clear = 8192;

/// Parts of groups in the table of a state, and the statements that add others to them. What is kept of a group comes
/// first and what came follows it in its order, in one slot, so that sums are carried on as over all rows at once.
class GroupTable {
public:
    GroupTable(const AggregateParts& parts, const std::vector<OutputColumn>& columns, const OperatorContext& context)
        : state_(context.engine, context.state(), columns),
          together_slot_(context.engine.create_row_slot(context.name + ":together", columns)),
          merged_slot_(context.engine.create_row_slot(context.name + ":merged", columns)) {
        std::string same = "true";
        for (const std::string& key : parts.keys)
            same += fmt::format(" AND s.{0} IS NOT DISTINCT FROM n.{0}", always_quote_identifier(key));
        const bool grouped = !parts.keys.empty();
        kept_ = context.engine.prepare(grouped ? fmt::format("SELECT s.* FROM {} AS s SEMI JOIN {} AS n ON {}",
                                                             state_.table(), state_.buffered(), same)
                                               : "SELECT * FROM " + state_.table());
        merge_ = context.engine.prepare(query_over(parts.merge, {together_slot_->from_sql()}));
        check_types(*merge_, columns);
        forget_ = context.engine.prepare(
            grouped
                ? fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT s.rowid FROM {0} AS s SEMI JOIN {1} AS n ON {2})",
                              state_.table(), state_.buffered(), same)
                : "DELETE FROM " + state_.table());
        keep_merged_ = context.engine.prepare(
            fmt::format("INSERT INTO {} SELECT * FROM {}", state_.table(), merged_slot_->from_sql()));
        read_ = context.engine.prepare(fmt::format("SELECT * FROM {} ORDER BY rowid", state_.table()));
        std::string keys;
        for (const std::string& key : parts.keys)
            keys += (keys.empty() ? "PARTITION BY " : ", ") + always_quote_identifier(key);
        last_of_each_ = fmt::format("SELECT * FROM {} QUALIFY row_number() OVER ({} ORDER BY rowid DESC) = 1",
                                    state_.table(), keys);
    }

    ~GroupTable() { merged_slot_->set_rows(nullptr); }
    GroupTable(const GroupTable&) = delete;
    GroupTable& operator=(const GroupTable&) = delete;

    /// Adds parts. Of their groups: what was kept, and what they are with them.
    void take(ResultTable parts, ResultTable& kept, ResultTable& merged) {
        const bool came = parts.rows > 0;
        state_.buffer(std::move(parts));
        kept = kept_->execute();
        merged = kept;
        if (!came) return;
        ResultTable together = kept;
        append_rows(together, state_.buffered_rows());
        const ShownRows shown(*together_slot_, together);
        merged = merge_->execute();
        merged_ = merged;
        merged_slot_->set_rows(&merged_);
    }
    /// All groups, in the place of what is in it.
    void take_over(ResultTable groups) {
        replaces_ = true;
        state_.buffer(std::move(groups));
    }
    /// As they are now, of groups that are kept in memory: they follow what they were before (see read). all: gives all
    /// groups, for when what they were is more than what they are.
    void log(ResultTable groups, std::size_t size, const std::function<ResultTable()>& all) {
        logs_ = true;
        replaces_ = state_.rows() + groups.rows > 2 * size + least_rows_to_clear;
        merged_ = replaces_ ? all() : std::move(groups);
        merged_slot_->set_rows(&merged_);
    }
    /// What has been logged, in its order: of a group the last holds.
    void read(DirectGroups& groups) {
        read_->execute([&](const ResultTable& rows) {
            groups.put(rows);
            return true;
        });
    }
    /// Leaves only the last of each group, as the statements of this class need it. Throws EngineException.
    void end_log(Engine& engine) {
        EngineTransaction transaction(engine);
        state_.begin_changes();
        state_.rewrite_with(last_of_each_);
        transaction.commit();
        state_.on_commit();
    }

    void apply() {
        state_.begin_changes();
        if (replaces_) state_.remove_all();
        if (logs_) {
            state_.add_with(*keep_merged_);
        } else if (merged_.rows > 0) {
            state_.remove_with(*forget_);
            state_.write_with(*keep_merged_);
        } else {
            state_.write();
        }
    }

    void on_commit() {
        state_.on_commit();
        merged_slot_->set_rows(nullptr);
        merged_ = ResultTable();
        logs_ = replaces_ = false;
    }

    [[nodiscard]] const StateTable& state() const noexcept { return state_; }

private:
    /// What is merged is read as parts again.
    static void check_types(const PreparedQuery& merge, const std::vector<OutputColumn>& parts) {
        const bool same = std::equal(merge.columns().begin(), merge.columns().end(), parts.begin(), parts.end(),
                                     [](const auto& left, const auto& right) { return left.type == right.type; });
        if (!same) throw EngineException({.type = "Internal", .message = "merged parts are of other types than parts"});
    }

    StateTable state_;
    std::unique_ptr<BatchSlot> together_slot_;  ///< Slots outlive the statements that read them.
    std::unique_ptr<BatchSlot> merged_slot_;
    std::unique_ptr<PreparedQuery> kept_;  ///< Of the groups that came.
    std::unique_ptr<PreparedQuery> merge_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> keep_merged_;
    std::unique_ptr<PreparedQuery> read_;
    std::string last_of_each_;
    ResultTable merged_;     ///< With the next apply.
    bool logs_ = false;      ///< merged_ follows what is there;
    bool replaces_ = false;  ///< or it, or what is buffered, takes its place.
};

/// Grouped aggregates that can be added up: state is one row of parts for each group. Where no statement is needed, it
/// is in memory, as long as there are not too many. In a data directory those that a cycle has changed are then
/// appended to the table, which costs what they are and not what there is.
class PartsOperator final : public StreamOperator {
public:
    PartsOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          has_begun_(context.has_begun),
          observer_(context.observer),
          outlasts_(context.store != nullptr),
          memory_(context.engine),
          input_(plan.inputs.front(), *plan.parts, context),
          table_(*plan.parts, input_.columns(), context),
          changes_of_(context.engine, context.name + ":changes", input_.columns(), plan.parts->finish) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        if (table_.state().bytes() < memory_.bytes(groups_of_state.bytes)) groups_ = input_.take_groups();
        if (groups_) table_.read(*groups_);
        if (plan.parts->of_nothing) {
            const auto no_rows = context.engine.create_row_slot(context.name + ":nothing", plan.parts->rows);
            of_nothing_ = context.engine.prepare(query_over(*plan.parts->of_nothing, {no_rows->from_sql()}))->execute();
        }
    }

    void evaluate() override {
        forget_rows();
        begins_ = has_begun_ && !answers_;
        ResultTable kept;
        ResultTable merged;
        changes_ = groups_ ? take_rows(kept, merged) : take_parts(kept, merged);
        if (!changes_ && !begins_) return;
        std::vector<RefusedRow> known;  // Told of when they were made.
        ResultTable before = answers_ ? answer(kept, 0, known) : empty_rows(added_.columns);
        std::vector<RefusedRow> refused;
        const ResultTable after = answer(merged, observer_.retries(), refused);
        for (const RefusedRow& result : refused) observer_.refused(result.reason);
        added_ = changes_of_.difference(after, before);
        removed_ = changes_of_.difference(before, after);
    }

    void apply() override {
        if (changes_engine()) table_.apply();
    }

    void on_commit() override {
        answers_ = answers_ || begins_;
        begins_ = false;
        if (!changes_) return;
        changes_ = false;
        if (groups_) groups_->commit();
        if (!groups_ || outlasts_ || moves_to_table_) table_.on_commit();
        if (std::exchange(moves_to_table_, false)) groups_.reset();
    }

    [[nodiscard]] bool changes_engine() const override {
        return changes_ && (!groups_ || outlasts_ || moves_to_table_);
    }
    void save(ScopedNumbers& numbers) const override {
        numbers.set("answers", answers_ || begins_ ? 1 : 0);
        numbers.set("is log", groups_ && !moves_to_table_ ? 1 : 0);
    }
    void take_up(const ScopedNumbers& numbers) override {
        answers_ = numbers.find("answers").value_or(0) != 0;
        if (!groups_ && numbers.find("is log").value_or(0) != 0) table_.end_log(engine_);
    }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    [[nodiscard]] std::uint64_t state_rows() const override {
        return groups_ ? groups_->size() : table_.state().rows();
    }
    [[nodiscard]] std::uint64_t state_bytes() const override {
        return groups_ ? groups_->bytes() : table_.state().bytes();
    }

private:
    /// True when rows came.
    bool take_rows(ResultTable& kept, ResultTable& merged) {
        const ResultTable rows = input_.run_rows();
        if (rows.rows == 0 && !begins_) return false;
        groups_->take(rows);
        kept = groups_->before();
        merged = groups_->after();
        moves_to_table_ = rows.rows > 0 && groups_->bytes() >= memory_.bytes(groups_of_state.bytes);
        if (moves_to_table_)
            table_.take_over(groups_->take_out());
        else if (outlasts_ && rows.rows > 0)
            table_.log(merged, groups_->size(), [this] { return groups_->all(); });
        return rows.rows > 0;
    }

    bool take_parts(ResultTable& kept, ResultTable& merged) {
        ResultTable parts = input_.run();
        const bool came = parts.rows > 0;
        if (came || begins_) table_.take(std::move(parts), kept, merged);
        return came;
    }

    /// The result for parts; without groups there is one for none, too. refused: those that have none.
    ResultTable answer(const ResultTable& parts, unsigned retries, std::vector<RefusedRow>& refused) {
        return changes_of_.results_of_each(parts.rows == 0 && of_nothing_ ? *of_nothing_ : parts, retries, refused);
    }

    Engine& engine_;
    const bool& has_begun_;
    RowObserver& observer_;
    bool outlasts_;
    StateMemory::Share memory_;
    SummedInput input_;
    GroupTable table_;
    std::unique_ptr<DirectGroups> groups_;  ///< In the place of table_; null where only that will do.
    ResultChanges changes_of_;
    std::optional<ResultTable> of_nothing_;  ///< The part of no rows.
    bool changes_ = false;
    bool moves_to_table_ = false;  ///< The groups, with this cycle.
    bool begins_ = false;          ///< In this cycle.
    bool answers_ = false;         ///< It has begun: what it answers has been delivered.
};

}  // namespace

std::unique_ptr<StreamOperator> make_parts_operator(const PlannedOperator& planned, const ChangingPlan& plan,
                                                    const OperatorContext& context) {
    return std::make_unique<PartsOperator>(planned, plan, context);
}

}  // namespace laminar
