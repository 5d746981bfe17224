#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/pair_statement.h"
#include "runtime/flow/operators/result_changes.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

constexpr const char* weight_column = "__laminar_weight";
/// Rows that cancel out, and those beyond a limit, are removed when there are so many more than after the last time.
constexpr std::uint64_t least_rows_to_merge = 4096;

std::string quoted_list(const std::vector<OutputColumn>& columns) {
    std::string names;
    for (const OutputColumn& column : columns)
        names += (names.empty() ? "" : ", ") + always_quote_identifier(column.name);
    return names;
}

/// The rows of a changing input and how often each is there: those that came and those that were taken back.
std::string counted(const std::string& names, const std::string& weighted) {
    return fmt::format(
        "(SELECT {0}, unnest(range(\"{1}\")) FROM (SELECT {0}, sum(\"{1}\")::BIGINT AS \"{1}\" FROM {2} GROUP BY ALL) "
        "WHERE \"{1}\" > 0)",
        names, weight_column, weighted);
}

/// Rows that an operator keeps for a query that is computed anew, and what keeps them few.
class KeptRows {
public:
    KeptRows(const PlannedFragment& planned, const std::optional<ast::Query>& prune, const std::string& part,
             const OperatorContext& context)
        : fragment_(context.engine, planned, context.scans, context.event_clocks, context.observer),
          names_(quoted_list(fragment_.columns())),
          stay_(!planned.changes) {
        std::vector<OutputColumn> columns = fragment_.columns();
        columns.push_back({weight_column, TypeId::bigint});
        state_ = std::make_unique<StateTable>(context.engine, context.state(part), columns);
        if (!stay_)
            merge_ = fmt::format(
                "SELECT {0}, sum(\"{1}\")::BIGINT AS \"{1}\" FROM {2} GROUP BY ALL HAVING sum(\"{1}\") <> 0", names_,
                weight_column, state_->table());
        if (prune)
            prune_ = fmt::format("SELECT {}, 1::BIGINT AS \"{}\" FROM ({})", names_, weight_column,
                                 query_over(*prune, {fmt::format("(SELECT {} FROM {})", names_, state_->table())}));
    }

    [[nodiscard]] const std::vector<OutputColumn>& columns() const { return fragment_.columns(); }
    [[nodiscard]] const std::string& names() const noexcept { return names_; }
    /// Rows are never taken back.
    [[nodiscard]] bool stay() const noexcept { return stay_; }
    [[nodiscard]] StateTable& state() const noexcept { return *state_; }

    /// True when rows came or were taken back.
    bool take() {
        ResultTable rows = fragment_.run(false);
        add_weights(rows, 1);
        ResultTable taken_back = fragment_.run(true);
        add_weights(taken_back, -1);
        append_rows(rows, std::move(taken_back));
        const bool came = rows.rows > 0;
        state_->buffer(std::move(rows));
        return came;
    }

    void apply() {
        state_->begin_changes();
        state_->write();
        const bool can_shrink = !merge_.empty() || !prune_.empty();
        merges_ = can_shrink && state_->rows() > 2 * merged_rows_ + least_rows_to_merge;
        if (merges_) merge();
    }

    void on_commit() {
        state_->on_commit();
        if (merges_) merged_rows_ = state_->rows();
    }

private:
    static void add_weights(ResultTable& rows, std::int64_t weight) {
        rows.columns.push_back({weight_column, TypeId::bigint});
        rows.values.emplace_back(TypeId::bigint);
        for (std::size_t row = 0; row < rows.rows; ++row) rows.values.back().append(weight);
    }

    void merge() {
        for (const std::string& statement : {merge_, prune_}) {
            if (!statement.empty()) state_->rewrite_with(statement);
        }
    }

    Fragment fragment_;
    std::string names_;
    bool stay_;
    std::unique_ptr<StateTable> state_;
    std::string merge_;
    std::string prune_;
    std::uint64_t merged_rows_ = 0;
    bool merges_ = false;
};

/// Aggregates that cannot be added up, and whatever is computed from rows that change: the rows themselves are kept,
/// and the query is computed anew for the groups that changed, over the rows in the order in which they came (those
/// that change, and those of several inputs, in the order of their values).
class RecomputingOperator final : public StreamOperator {
public:
    RecomputingOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context)
        : has_begun_(context.has_begun),
          rows_(plan.inputs.front(), plan.prune, "0", context),
          changes_of_(context.engine, context.name + ":changes", rows_.columns(), plan.query) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        const StateTable& state = rows_.state();
        const auto read = [&](const std::string& rows, const std::string& order) {
            return context.engine.prepare(fmt::format("SELECT {} FROM {} AS \"__rows\"{} ORDER BY {}", rows_.names(),
                                                      rows, of_changed_groups(plan), order));
        };
        const std::string order = sort_terms(rows_.columns());
        if (rows_.stay() && !plan.inputs.front().in_order) {
            kept_ = read(state.table(), order);
            all_ = read(state.both(), order);
        } else if (rows_.stay()) {
            kept_ = read(state.numbered_table(), "\"__part\", \"__place\"");
        } else {
            kept_ = read(counted(rows_.names(), state.table()), order);
            all_ = read(counted(rows_.names(), state.both()), order);
        }
    }

    void evaluate() override {
        forget_rows();
        changes_ = rows_.take();
        begins_ = has_begun_ && !answers_;
        if (!changes_ && !begins_) return;
        const ResultTable kept = kept_->execute();
        const ResultTable before = answers_ ? changes_of_.result_of(kept) : empty_rows(added_.columns);
        const ResultTable after = changes_of_.result_of(all_ ? all_->execute() : with_buffered_rows(kept));
        added_ = changes_of_.difference(after, before);
        removed_ = changes_of_.difference(before, after);
    }

    void apply() override {
        if (changes_) rows_.apply();
    }

    void on_commit() override {
        answers_ = answers_ || begins_;
        begins_ = false;
        if (changes_) rows_.on_commit();
        changes_ = false;
    }

    [[nodiscard]] bool changes_engine() const override { return changes_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    void save(ScopedNumbers& numbers) const override { numbers.set("answers", answers_ || begins_ ? 1 : 0); }
    void take_up(const ScopedNumbers& numbers) override { answers_ = numbers.find("answers").value_or(0) != 0; }
    [[nodiscard]] std::uint64_t state_rows() const override { return rows_.state().rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return rows_.state().bytes(); }

private:
    /// Leaves only the rows of groups that have some that came or went.
    std::string of_changed_groups(const ChangingPlan& plan) {
        if (!plan.grouped || plan.groups.empty()) return {};
        std::string changed;
        std::string same;
        for (std::size_t index = 0; index < plan.groups.size(); ++index) {
            changed += fmt::format("{}{} AS \"g{}\"", index == 0 ? "" : ", ", text_of(plan.groups[index]), index);
            same += fmt::format("{}{} IS NOT DISTINCT FROM \"__changed\".\"g{}\"", index == 0 ? "" : " AND ",
                                text_of(plan.groups[index]), index);
        }
        return fmt::format(" SEMI JOIN (SELECT DISTINCT {} FROM {} AS \"__rows\") AS \"__changed\" ON {}", changed,
                           rows_.state().buffered(), same);
    }

    ResultTable with_buffered_rows(ResultTable kept) {
        ResultTable buffered = rows_.state().buffered_rows();
        buffered.columns.pop_back();  // Their weights.
        buffered.values.pop_back();
        append_rows(kept, std::move(buffered));
        return kept;
    }

    const bool& has_begun_;
    KeptRows rows_;
    ResultChanges changes_of_;
    std::unique_ptr<PreparedQuery> kept_;  ///< Of the groups that change, before,
    std::unique_ptr<PreparedQuery> all_;   ///< and now. Null: those and the buffered ones.
    bool changes_ = false;
    bool begins_ = false;   ///< In this cycle.
    bool answers_ = false;  ///< It has begun: what it answers has been delivered.
};

/// Joins of two streams without a bound in time that deliver changes.
class ChangingJoinOperator final : public StreamOperator {
public:
    ChangingJoinOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        std::vector<std::string> before;
        std::vector<std::string> after;
        std::vector<std::string> came;
        for (std::size_t index = 0; index < plan.inputs.size(); ++index) {
            KeptRows& side = *sides_.emplace_back(
                std::make_unique<KeptRows>(plan.inputs[index], plan.prune, std::to_string(index), context));
            const auto rows_of = [&](const std::string& rows) {
                return fmt::format("(SELECT {} FROM {})", side.names(),
                                   side.stay() ? rows : counted(side.names(), rows));
            };
            before.push_back(rows_of(side.state().table()));
            after.push_back(rows_of(side.state().both()));
            came.push_back(fmt::format("(SELECT {} FROM {} WHERE \"{}\" > 0)", side.names(), side.state().buffered(),
                                       weight_column));
        }
        if (plan.pairs) {
            new_pairs_.push_back(std::make_unique<PairStatement>(context, context.name + ":pairs of new rows",
                                                                 *plan.pairs, came[0], after[1], true));
            new_pairs_.push_back(std::make_unique<PairStatement>(context, context.name + ":pairs of kept rows",
                                                                 *plan.pairs, before[0], came[1], true));
        }
        const std::string old_result = query_over(plan.query, before);
        const std::string new_result = query_over(plan.query, after);
        new_rows_ = context.engine.prepare(fmt::format("({}) EXCEPT ALL ({})", new_result, old_result));
        old_rows_ = context.engine.prepare(fmt::format("({}) EXCEPT ALL ({})", old_result, new_result));
    }

    void evaluate() override {
        forget_rows();
        changes_ = false;
        for (const auto& side : sides_) changes_ = side->take() || changes_;
        if (!changes_) return;
        for (const auto& pairs : new_pairs_) (void)pairs->execute();
        added_ = new_rows_->execute();
        if (state_rows() > 0) removed_ = old_rows_->execute();
    }

    void apply() override {
        if (!changes_) return;
        for (const auto& side : sides_) side->apply();
    }

    void on_commit() override {
        if (!changes_) return;
        changes_ = false;
        for (const auto& side : sides_) side->on_commit();
    }

    [[nodiscard]] bool changes_engine() const override { return changes_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    [[nodiscard]] std::uint64_t state_rows() const override {
        std::uint64_t rows = 0;
        for (const auto& side : sides_) rows += side->state().rows();
        return rows;
    }
    [[nodiscard]] std::uint64_t state_bytes() const override {
        std::uint64_t bytes = 0;
        for (const auto& side : sides_) bytes += side->state().bytes();
        return bytes;
    }

private:
    std::vector<std::unique_ptr<KeptRows>> sides_;
    /// Tell of pairs of which the condition cannot be computed.
    std::vector<std::unique_ptr<PairStatement>> new_pairs_;
    std::unique_ptr<PreparedQuery> new_rows_;
    std::unique_ptr<PreparedQuery> old_rows_;
    bool changes_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_changing_operator(const PlannedOperator& planned, const ChangingPlan& plan,
                                                       const OperatorContext& context) {
    if (plan.parts) return make_parts_operator(planned, plan, context);
    if (plan.inputs.size() > 1) return std::make_unique<ChangingJoinOperator>(planned, plan, context);
    return std::make_unique<RecomputingOperator>(planned, plan, context);
}

}  // namespace laminar
