#include <fmt/format.h>

#include <algorithm>

#include "parser/sql_writer.h"
#include "runtime/operators/result_rows.h"
#include "runtime/operators/state_table.h"
#include "runtime/operators/stream_operator.h"
#include "runtime/operators/summed_input.h"
#include "runtime/plan/expression_tools.h"

namespace laminar {

namespace {

constexpr const char* weight_column = "__weight";
/// Rows that cancel out, and those beyond a limit, are removed when there are so many more than after the last time.
constexpr std::uint64_t least_rows_to_merge = 4096;

std::string quoted_list(const std::vector<OutputColumn>& columns) {
    std::string names;
    for (const OutputColumn& column : columns)
        names += (names.empty() ? "" : ", ") + always_quote_identifier(column.name);
    return names;
}

/// Two results of the same query, before and after: what is new, and what is no longer true.
struct Differences {
    std::unique_ptr<PreparedQuery> added;
    std::unique_ptr<PreparedQuery> removed;

    Differences(Engine& engine, const std::string& before, const std::string& after)
        : added(engine.prepare(fmt::format("({}) EXCEPT ALL ({})", after, before))),
          removed(engine.prepare(fmt::format("({}) EXCEPT ALL ({})", before, after))) {}
};

/// Grouped aggregates that can be added up: state is one row of parts for each group.
class PartsOperator final : public StreamOperator {
public:
    PartsOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context)
        : input_(plan.inputs.front(), *plan.parts, context),
          state_(context.engine, context.name, input_.columns()),
          merged_slot_(context.engine.create_row_slot(context.name + ":merged", input_.columns())) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        std::string same = "true";
        for (const std::string& key : plan.parts->keys)
            same += fmt::format(" AND s.\"{0}\" IS NOT DISTINCT FROM n.\"{0}\"", key);
        const bool grouped = !plan.parts->keys.empty();
        const std::string affected = grouped ? fmt::format("(SELECT s.* FROM {} AS s SEMI JOIN {} AS n ON {})",
                                                           state_.table(), state_.fresh(), same)
                                             : state_.table();
        merge_ = context.engine.prepare(query_over(
            plan.parts->merge,
            {fmt::format("(SELECT * EXCLUDE (\"__part\") FROM (SELECT *, 0 AS \"__part\" FROM {} UNION ALL SELECT "
                         "*, 1 FROM {}) ORDER BY \"__part\")",
                         affected, state_.fresh())}));
        const std::string before = query_over(plan.parts->finish, {affected});
        const std::string after = query_over(plan.parts->finish, {merged_slot_->from_sql()});
        differences_ = std::make_unique<Differences>(context.engine, before, after);
        forget_ = context.engine.prepare(
            grouped
                ? fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT s.rowid FROM {0} AS s SEMI JOIN {1} AS n ON {2})",
                              state_.table(), state_.fresh(), same)
                : "DELETE FROM " + state_.table());
        keep_merged_ = context.engine.prepare(
            fmt::format("INSERT INTO {} SELECT * FROM {}", state_.table(), merged_slot_->from_sql()));
    }

    ~PartsOperator() override { merged_slot_->set_rows(nullptr); }

    void evaluate() override {
        forget_rows();
        changes_ = false;
        ResultTable parts = input_.run();
        if (parts.rows == 0) return;
        state_.set_fresh(std::move(parts));
        merged_ = merge_->execute();
        merged_slot_->set_rows(&merged_);
        added_ = differences_->added->execute();
        removed_ = differences_->removed->execute();
        changes_ = true;
    }

    void apply() override {
        if (!changes_) return;
        state_.begin_changes();
        state_.remove_with(*forget_);
        state_.keep_with(*keep_merged_);
    }

    void settle() override {
        if (!changes_) return;
        state_.settle();
        merged_slot_->set_rows(nullptr);
        merged_ = ResultTable();
        changes_ = false;
    }

    [[nodiscard]] bool changes_engine() const override { return changes_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_.rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_.bytes(); }

private:
    SummedInput input_;
    StateTable state_;
    std::unique_ptr<BatchSlot> merged_slot_;
    std::unique_ptr<PreparedQuery> merge_;
    std::unique_ptr<Differences> differences_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> keep_merged_;
    ResultTable merged_;
    bool changes_ = false;
};

/// Anything else: the rows themselves are kept, with how often each is there, and the query is computed anew for the
/// groups that changed.
class RecomputingOperator final : public StreamOperator {
public:
    RecomputingOperator(const PlannedOperator& planned, const ChangingPlan& plan, const OperatorContext& context)
        : engine_(context.engine) {
        added_ = empty_rows(planned.columns);
        removed_ = added_;
        std::vector<std::string> before;
        std::vector<std::string> after;
        for (std::size_t index = 0; index < plan.inputs.size(); ++index) {
            Input& input = inputs_.emplace_back();
            input.fragment = std::make_unique<Fragment>(engine_, plan.inputs[index], context.scans,
                                                        context.event_clocks, context.observer);
            const std::vector<OutputColumn>& values = input.fragment->columns();
            std::vector<OutputColumn> columns = values;
            columns.push_back({weight_column, TypeId::bigint});
            input.state = std::make_unique<StateTable>(engine_, fmt::format("{}:{}", context.name, index), columns);
            const std::string names = quoted_list(values);
            const bool rows_stay = !plan.inputs[index].changes;
            const auto counted = [&](const std::string& weighted) {
                return fmt::format(
                    "(SELECT {0}, unnest(range(w)) FROM (SELECT {0}, sum(\"{1}\")::BIGINT AS w FROM {2} GROUP BY ALL) "
                    "WHERE w > 0)",
                    names, weight_column, weighted);
            };
            const StateTable& state = *input.state;
            if (plan.inputs.size() > 1) {
                const auto rows_of = [&](const std::string& rows) {
                    return fmt::format("(SELECT {} FROM {})", names, rows_stay ? rows : counted(rows));
                };
                before.push_back(rows_of(state.table()));
                after.push_back(rows_of(state.both()));
            } else if (rows_stay) {
                const std::string order = "\"__part\", \"__place\"";
                before.push_back(affected(state.numbered_table(), names, order, plan, input));
                after.push_back(affected(state.numbered_both(), names, order, plan, input));
            } else {
                before.push_back(affected(counted(state.table()), names, names, plan, input));
                after.push_back(affected(counted(state.both()), names, names, plan, input));
            }
            if (!rows_stay)
                input.merge = fmt::format(
                    "SELECT {0}, sum(\"{1}\")::BIGINT AS \"{1}\" FROM {2} GROUP BY ALL HAVING sum(\"{1}\") <> 0", names,
                    weight_column, input.state->table());
            if (plan.prune) {
                input.prune =
                    fmt::format("SELECT {}, 1::BIGINT AS \"{}\" FROM ({})", names, weight_column,
                                query_over(*plan.prune, {fmt::format("(SELECT {} FROM {})", names, state.table())}));
            }
        }
        differences_ =
            std::make_unique<Differences>(engine_, query_over(plan.query, before), query_over(plan.query, after));
    }

    void evaluate() override {
        forget_rows();
        changes_ = false;
        for (Input& input : inputs_) {
            ResultTable rows = input.fragment->run(false);
            add_weights(rows, 1);
            ResultTable taken_back = input.fragment->run(true);
            add_weights(taken_back, -1);
            append_rows(rows, std::move(taken_back));
            changes_ = changes_ || rows.rows > 0;
            input.state->set_fresh(std::move(rows));
        }
        if (!changes_) return;
        added_ = differences_->added->execute();
        // Over no rows at all an aggregate has a result too, but nobody has been told of it.
        if (state_rows() > 0) removed_ = differences_->removed->execute();
    }

    void apply() override {
        if (!changes_) return;
        for (Input& input : inputs_) {
            input.state->begin_changes();
            input.state->keep_fresh();
            const bool can_shrink = !input.merge.empty() || !input.prune.empty();
            input.merges = can_shrink && input.state->rows() > 2 * input.merged_rows + least_rows_to_merge;
            if (input.merges) merge(input);
        }
    }

    void settle() override {
        if (!changes_) return;
        changes_ = false;
        for (Input& input : inputs_) {
            input.state->settle();
            if (input.merges) input.merged_rows = input.state->rows();
        }
    }

    [[nodiscard]] bool changes_engine() const override { return changes_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return {}; }
    [[nodiscard]] std::uint64_t state_rows() const override {
        std::uint64_t rows = 0;
        for (const Input& input : inputs_) rows += input.state->rows();
        return rows;
    }
    [[nodiscard]] std::uint64_t state_bytes() const override {
        std::uint64_t bytes = 0;
        for (const Input& input : inputs_) bytes += input.state->bytes();
        return bytes;
    }

private:
    struct Input {
        std::unique_ptr<Fragment> fragment;
        std::unique_ptr<StateTable> state;
        std::string merge;
        std::string prune;
        std::uint64_t merged_rows = 0;
        bool merges = false;
    };

    static void add_weights(ResultTable& rows, std::int64_t weight) {
        rows.columns.push_back({weight_column, TypeId::bigint});
        rows.values.emplace_back(TypeId::bigint);
        for (std::size_t row = 0; row < rows.rows; ++row) rows.values.back().append(weight);
    }

    /// The rows of the groups that change, in an order that is the same in every cycle: a result that depends on it, be
    /// it in the last digit, must be taken back as it was given.
    static std::string affected(const std::string& rows, const std::string& names, const std::string& order,
                                const ChangingPlan& plan, const Input& input) {
        if (!plan.grouped || plan.groups.empty())
            return fmt::format("(SELECT {} FROM {} AS \"__rows\" ORDER BY {})", names, rows, order);
        std::string changed;
        std::string same;
        for (std::size_t index = 0; index < plan.groups.size(); ++index) {
            changed += fmt::format("{}{} AS \"g{}\"", index == 0 ? "" : ", ", text_of(plan.groups[index]), index);
            same += fmt::format("{}{} IS NOT DISTINCT FROM \"__changed\".\"g{}\"", index == 0 ? "" : " AND ",
                                text_of(plan.groups[index]), index);
        }
        return fmt::format(
            "(SELECT {} FROM {} AS \"__rows\" SEMI JOIN (SELECT DISTINCT {} FROM {} AS \"__rows\") AS \"__changed\" ON "
            "{} "
            "ORDER BY {})",
            names, rows, changed, input.state->fresh(), same, order);
    }

    void merge(Input& input) {
        const std::string table = input.state->table();
        const std::string merged = table.substr(0, table.size() - 1) + ":merged\"";
        for (const std::string& statement : {input.merge, input.prune}) {
            if (statement.empty()) continue;
            engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", merged, statement));
            engine_.execute("DELETE FROM " + table);
            engine_.execute(fmt::format("INSERT INTO {} SELECT * FROM {}", table, merged));
            engine_.execute("DROP TABLE " + merged);
        }
        input.state->recount();
    }

    Engine& engine_;
    std::vector<Input> inputs_;
    std::unique_ptr<Differences> differences_;
    bool changes_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_changing_operator(const PlannedOperator& planned, const ChangingPlan& plan,
                                                       const OperatorContext& context) {
    if (plan.parts) return std::make_unique<PartsOperator>(planned, plan, context);
    return std::make_unique<RecomputingOperator>(planned, plan, context);
}

}  // namespace laminar
