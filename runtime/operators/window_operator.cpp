#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "parser/sql_writer.h"
#include "runtime/operators/state_table.h"
#include "runtime/operators/stream_operator.h"
#include "runtime/row_isolation.h"

namespace laminar {

namespace {

constexpr const char* bound_column = "__bound";
/// Parts are merged when there are so many, and many more than after the last time.
constexpr std::uint64_t least_parts_to_merge = 20'000;

/// Windows end when the watermark passes their key: the query then runs over their rows, which are forgotten.
class WindowOperator final : public StreamOperator {
public:
    WindowOperator(const PlannedOperator& planned, const WindowPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          observer_(context.observer),
          name_(context.name),
          input_(context.engine, plan.input, context.scans, context.event_clocks, context.observer),
          bound_(context.engine, context.name, plan.key, context.clocks),
          bound_slot_(context.engine.create_row_slot(
              context.name + ":bound", {{from_column, TypeId::timestamp}, {bound_column, TypeId::timestamp}})) {
        added_ = empty_rows(planned.columns);
        statements_.emplace_back("take in", input_.sql());
        std::vector<OutputColumn> columns = input_.columns();
        if (plan.parts) {
            rows_slot_ = engine_.create_row_slot(name_ + ":rows", columns);
            make_ = engine_.prepare(query_over(plan.parts->make, {rows_slot_->from_sql()}));
            columns = make_->columns();
            statements_.emplace_back("sum up", query_over(plan.parts->make, {"rows"}));
        }
        state_ = std::make_unique<StateTable>(engine_, name_, columns);
        const std::string bounds = fmt::format("(SELECT \"{}\" FROM {})", bound_column, bound_slot_->from_sql());
        const std::string from = fmt::format("(SELECT \"{}\" FROM {})", from_column, bound_slot_->from_sql());
        const std::string key = always_quote_identifier(time_key_column);
        const std::string complete =
            fmt::format("(SELECT * FROM {} WHERE {} < {} AND ({} IS NULL OR {} >= {}))",
                        plan.in_order ? state_->both_in_order() : state_->both(), key, bounds, from, key, from);
        std::string query;
        if (plan.parts) {
            const std::string merged = query_over(plan.parts->merge, {complete});
            query = query_over(plan.parts->finish, {fmt::format("({})", merged)});
            merge_ = query_over(plan.parts->merge, {state_->table()});
            statements_.emplace_back(
                "when the watermark has passed",
                query_over(plan.parts->finish, {"(" + query_over(plan.parts->merge, {"parts"}) + ")"}));
        } else {
            query = query_over(plan.query, {complete});
            statements_.emplace_back("when the watermark has passed", query_over(plan.query, {"rows"}));
        }
        finish_ = engine_.prepare(ordered(query, planned));
        keep_ = state_->prepare_keep(fmt::format("{} >= {}", key, bounds));
        forget_ = engine_.prepare(fmt::format("DELETE FROM {} WHERE {} < {}", state_->table(), key, bounds));
        keys_ = engine_.prepare(fmt::format("SELECT DISTINCT {} FROM {} ORDER BY 1", key, complete));
        least_ = engine_.prepare(fmt::format("SELECT min({}) FROM {}", key, state_->table()));
    }

    ~WindowOperator() override { bound_slot_->set_rows(nullptr); }

    void evaluate() override {
        added_.rows = 0;
        ResultTable rows = input_.run();
        if (make_ && rows.rows > 0) {
            rows_slot_->set_rows(&rows);
            ResultTable parts = make_->execute();
            rows_slot_->set_rows(nullptr);
            rows = std::move(parts);
        }
        const auto least = least_timestamp(rows, time_key_column);
        if (least && (!least_key_ || *least < *least_key_)) least_key_ = least;
        state_->set_fresh(std::move(rows));
        time_ = bound_.now();
        completes_ = least_key_ && time_.has_passed(*least_key_);
        if (!completes_) return;
        show_bounds(std::nullopt, time_.value());
        added_ = finish();
    }

    void apply() override {
        state_->begin_changes();
        next_least_key_ = least_key_;
        if (!completes_) {
            state_->keep_fresh();
        } else {
            show_bounds(std::nullopt, time_.value());
            state_->keep_with(*keep_);
            state_->remove_with(*forget_);
            bound_slot_->set_rows(nullptr);
            next_least_key_ = state_->rows() > 0 ? first_timestamp(least_->execute()) : std::nullopt;
        }
        merges_ = !merge_.empty() && state_->rows() > least_parts_to_merge && state_->rows() > 2 * merged_rows_;
        if (merges_) merge();
    }

    void settle() override {
        state_->settle();
        least_key_ = next_least_key_;
        completes_ = false;
        if (merges_) merged_rows_ = state_->rows();
    }

    [[nodiscard]] StreamTime output_time(std::size_t) const override { return time_; }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_->rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_->bytes(); }

private:
    static constexpr const char* from_column = "__from";

    void show_bounds(std::optional<std::int64_t> from, std::optional<std::int64_t> bound) {
        bounds_ = single_timestamp(from_column, from);
        ResultTable upper = single_timestamp(bound_column, bound);
        bounds_.columns.push_back(upper.columns.front());
        bounds_.values.push_back(std::move(upper.values.front()));
        bound_slot_->set_rows(&bounds_);
    }

    ResultTable finish() {
        try {
            return finish_->execute();
        } catch (const EngineException& problem) {
            if (!is_about_values(problem.error())) throw;
        }
        // One window after the other, so that those without the bad values are delivered.
        const ResultTable keys = keys_->execute();
        ResultTable rows = empty_rows(added_.columns);
        for (std::size_t index = 0; index < keys.rows; ++index) {
            const std::int64_t key = keys.values[0].values<std::int64_t>()[index];
            show_bounds(key, key + 1);
            const auto refused = process_in_parts(
                1, [&](std::size_t, std::size_t) { append_rows(rows, finish_->execute()); }, observer_.retries());
            for (const RefusedRow& window : refused) observer_.refused(window.reason);
        }
        return rows;
    }

    void merge() {
        const std::string merged = "laminar_state." + always_quote_identifier(name_ + ":merged");
        engine_.execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", merged, merge_));
        engine_.execute("DELETE FROM " + state_->table());
        engine_.execute(fmt::format("INSERT INTO {} SELECT * FROM {}", state_->table(), merged));
        engine_.execute("DROP TABLE " + merged);
        state_->recount();
    }

    Engine& engine_;
    RowObserver& observer_;
    std::string name_;
    Fragment input_;
    TimeBound bound_;
    std::unique_ptr<BatchSlot> bound_slot_;  ///< Slots outlive the statements that read them.
    std::unique_ptr<BatchSlot> rows_slot_;
    ResultTable bounds_;
    std::unique_ptr<StateTable> state_;
    std::unique_ptr<PreparedQuery> make_;
    std::unique_ptr<PreparedQuery> finish_;
    std::unique_ptr<PreparedQuery> keep_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> keys_;
    std::unique_ptr<PreparedQuery> least_;
    std::string merge_;
    std::uint64_t merged_rows_ = 0;
    std::optional<std::int64_t> least_key_;       ///< No row that is kept has a smaller one.
    std::optional<std::int64_t> next_least_key_;  ///< What it will be when the changes hold.
    StreamTime time_;
    bool completes_ = false;
    bool merges_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_window_operator(const PlannedOperator& planned, const WindowPlan& plan,
                                                     const OperatorContext& context) {
    return std::make_unique<WindowOperator>(planned, plan, context);
}

}  // namespace laminar
