#include <fmt/format.h>

#include <algorithm>

#include "parser/write/sql_writer.h"
#include "runtime/flow/operators/stream_operator.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/storage/state_table.h"

namespace laminar {

namespace {

/// ASOF JOIN: a row of the left side meets the latest of the right side that is not after it. It waits until the right
/// side's watermark has passed it; of the right side are kept the latest row of each key and those after it.
class AsofOperator final : public StreamOperator {
public:
    AsofOperator(const PlannedOperator& planned, const JoinPlan& plan, const OperatorContext& context)
        : left_input_(context.engine, plan.sides[0].input, context.scans, context.event_clocks, context.observer),
          right_input_(context.engine, plan.sides[1].input, context.scans, context.event_clocks, context.observer),
          left_time_(context.engine, context.name + ":left", *plan.sides[0].time, context.clocks),
          right_time_(context.engine, context.name + ":right", *plan.sides[1].time, context.clocks),
          bound_slot_(context.engine.create_row_slot(context.name + ":bound", {{"__bound", TypeId::timestamp}})),
          left_(context.engine, context.state("left"), left_input_.columns()),
          right_(context.engine, context.state("right"), right_input_.columns()) {
        added_ = empty_rows(planned.columns);
        const std::string bound = fmt::format("(SELECT \"__bound\" FROM {})", bound_slot_->from_sql());
        // The right side's watermark itself may still come.
        const std::string complete = fmt::format("coalesce(\"__key\" < {}, false)", bound);
        finish_ = context.engine.prepare(ordered(
            query_over(plan.query, {fmt::format("(SELECT * FROM {} WHERE {})", left_.both(), complete), right_.both()}),
            planned));
        forget_left_ = context.engine.prepare(fmt::format("DELETE FROM {} WHERE {}", left_.table(), complete));
        least_left_ =
            context.engine.prepare(fmt::format("SELECT min(\"__key\") FROM {} WHERE NOT ({})", left_.both(), complete));
        std::string keys;
        for (const ast::Expression& key : plan.asof_keys) keys += (keys.empty() ? "" : ", ") + text_of(key);
        forget_right_ = context.engine.prepare(
            fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT \"__row\" FROM (SELECT rowid AS \"__row\", "
                        "row_number() OVER ({1}ORDER BY "
                        "\"__key\" DESC, rowid DESC) AS \"__back\" FROM {0} AS \"__rows\" WHERE \"__key\" < {2}) "
                        "WHERE \"__back\" > 1)",
                        right_.table(), keys.empty() ? "" : "PARTITION BY " + keys + " ", bound));
    }

    ~AsofOperator() override { bound_slot_->set_rows(nullptr); }

    void evaluate() override {
        added_.rows = 0;
        ResultTable left = left_input_.run();
        ResultTable right = right_input_.run();
        const bool came = left.rows + right.rows > 0;
        left_.buffer(std::move(left));
        right_.buffer(std::move(right));
        const StreamTime bound = right_time_.now();
        const StreamTime left_now = left_time_.now();
        changed_ = came || !(bound == bound_seen_) || !(left_now == left_seen_);
        bound_seen_ = bound;
        left_seen_ = left_now;
        if (!changed_) return;
        show(bound);
        if (bound.is_known() && left_.rows() + left_.buffered_rows().rows > 0) added_ = finish_->execute();
        const auto waiting = first_timestamp(least_left_->execute());
        time_ = {};
        if (waiting && left_now.is_known())
            time_.advance(std::min(*waiting, *left_now.value()));
        else if (left_now.is_known())
            time_ = left_now;
    }

    void apply() override {
        if (!changed_) return;
        left_.begin_changes();
        right_.begin_changes();
        left_.write();
        right_.write();
        show(bound_seen_);
        if (bound_seen_.is_known()) left_.remove_with(*forget_left_);
        // No left row to come is before this time. One of this very time may ask for the latest before it.
        trims_ = time_.is_known() && right_.rows() > 2 * needed_rows_ + 1024;
        if (trims_) {
            show(time_);
            right_.remove_with(*forget_right_);
        }
        bound_slot_->set_rows(nullptr);
    }

    void on_commit() override {
        if (!changed_) return;
        changed_ = false;
        left_.on_commit();
        right_.on_commit();
        if (trims_) needed_rows_ = right_.rows();
    }

    [[nodiscard]] bool changes_engine() const override { return changed_; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return time_; }
    [[nodiscard]] std::uint64_t state_rows() const override { return left_.rows() + right_.rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return left_.bytes() + right_.bytes(); }

private:
    void show(const StreamTime& time) {
        bound_row_ = single_timestamp("__bound", time.value());
        bound_slot_->set_rows(&bound_row_);
    }

    Fragment left_input_;
    Fragment right_input_;
    TimeBound left_time_;
    TimeBound right_time_;
    std::unique_ptr<BatchSlot> bound_slot_;
    StateTable left_;
    StateTable right_;
    ResultTable bound_row_;
    std::unique_ptr<PreparedQuery> finish_;
    std::unique_ptr<PreparedQuery> forget_left_;
    std::unique_ptr<PreparedQuery> forget_right_;
    std::unique_ptr<PreparedQuery> least_left_;
    StreamTime bound_seen_;
    StreamTime left_seen_;
    StreamTime time_;
    std::uint64_t needed_rows_ = 0;
    bool changed_ = false;
    bool trims_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_asof_operator(const PlannedOperator& planned, const JoinPlan& plan,
                                                   const OperatorContext& context) {
    return std::make_unique<AsofOperator>(planned, plan, context);
}

}  // namespace laminar
