#include <fmt/format.h>

#include "parser/sql_writer.h"
#include "runtime/operators/result_rows.h"
#include "runtime/operators/state_table.h"
#include "runtime/operators/stream_operator.h"
#include "runtime/plan/session_rows.h"

namespace laminar {

namespace {

constexpr const char* bound_column = "__bound";

/// Sessions end when the watermark has passed the gap after their last row; until then a row may still join two of
/// them.
class SessionOperator final : public StreamOperator {
public:
    SessionOperator(const PlannedOperator& planned, const SessionPlan& plan, const OperatorContext& context)
        : engine_(context.engine),
          input_(context.engine, plan.input, context.scans, context.event_clocks, context.observer),
          bound_(context.engine, context.name, plan.key, context.clocks),
          bound_slot_(context.engine.create_row_slot(context.name + ":bound", {{bound_column, TypeId::timestamp}})),
          state_(context.engine, context.name, input_.columns()) {
        added_ = empty_rows(planned.columns);
        const std::string bound = fmt::format("(SELECT \"{}\" FROM {})", bound_column, bound_slot_->from_sql());
        const std::string over = fmt::format("\"__window\".\"end\" <= {}", bound);
        const std::string complete =
            fmt::format("(SELECT * FROM {} WHERE {})", with_sessions(state_.both(), plan.partition, plan.gap), over);
        finish_ = engine_.prepare(ordered(query_over(plan.query, {complete}), planned, true));
        const std::string numbered = fmt::format("(SELECT *, rowid AS \"__row\" FROM {})", state_.table());
        forget_ = engine_.prepare(fmt::format("DELETE FROM {} WHERE rowid IN (SELECT \"__row\" FROM {} WHERE {})",
                                              state_.table(), with_sessions(numbered, plan.partition, plan.gap), over));
        least_ = engine_.prepare(fmt::format("SELECT min(\"__key\") FROM {} WHERE NOT ({})",
                                             with_sessions(state_.both(), plan.partition, plan.gap), over));
    }

    ~SessionOperator() override { bound_slot_->set_rows(nullptr); }

    void evaluate() override {
        added_.rows = 0;
        ResultTable rows = input_.run();
        const bool came = rows.rows > 0;
        state_.set_fresh(std::move(rows));
        const StreamTime bound = bound_.now();
        completes_ = bound.is_known() && (came || !(bound == seen_)) && state_.rows() + state_.fresh_rows().rows > 0;
        seen_ = bound;
        if (completes_) {
            bound_row_ = single_timestamp(bound_column, bound.value());
            bound_slot_->set_rows(&bound_row_);
            added_ = finish_->execute();
            // Sessions to come begin at the watermark, or with a row whose session has not ended.
            const auto least = first_timestamp(least_->execute());
            time_ = {};
            time_.advance(least ? std::min(*least, *bound.value()) : *bound.value());
        } else if (bound.is_known() && state_.rows() == 0) {
            time_ = bound;
        }
    }

    void apply() override {
        state_.begin_changes();
        state_.keep_fresh();
        if (completes_) state_.remove_with(*forget_);
    }

    void settle() override {
        state_.settle();
        completes_ = false;
    }

    [[nodiscard]] bool changes_engine() const override { return completes_ || state_.fresh_rows().rows > 0; }
    [[nodiscard]] StreamTime output_time(std::size_t) const override { return seen_.is_finished() ? seen_ : time_; }
    [[nodiscard]] std::uint64_t state_rows() const override { return state_.rows(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return state_.bytes(); }

private:
    Engine& engine_;
    Fragment input_;
    TimeBound bound_;
    std::unique_ptr<BatchSlot> bound_slot_;
    ResultTable bound_row_;
    StateTable state_;
    std::unique_ptr<PreparedQuery> finish_;
    std::unique_ptr<PreparedQuery> forget_;
    std::unique_ptr<PreparedQuery> least_;
    StreamTime seen_;
    StreamTime time_;
    bool completes_ = false;
};

}  // namespace

std::unique_ptr<StreamOperator> make_session_operator(const PlannedOperator& planned, const SessionPlan& plan,
                                                      const OperatorContext& context) {
    return std::make_unique<SessionOperator>(planned, plan, context);
}

}  // namespace laminar
