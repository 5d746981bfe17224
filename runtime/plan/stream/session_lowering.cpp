#include "parser/ast/builders.h"
#include "runtime/plan/expressions/block_splitter.h"
#include "runtime/plan/logical/composed_query.h"
#include "runtime/plan/stream/exact_frames.h"
#include "runtime/plan/stream/stream_lowering.h"
#include "runtime/plan/time/time_tracer.h"

namespace laminar {

SessionPlan StreamLowering::lower(const logical::SessionAggregate& session, const logical::Node& input) const {
    const ast::Select rows = logical::composed_block(input);
    const auto relations = columns_.relations_of(*rows.from);
    SplitBlock split(rows, session.block, {}, relations);
    const ast::Expression below = split.below(session.window);
    const auto& gaps = std::get<ast::TimeWindow>(below.node);
    SessionPlan plan;
    plan.key = as_timestamps(session.key);
    plan.partition = session.partition;
    plan.gap = *gaps.size;
    split.add_value(make_cast(*gaps.time, "TIMESTAMP", {}), time_key_column);
    split.require_computable(aggregates_, columns_);
    plan.input.query = make_query(split.input());
    plan.input.in_order = input.in_order;
    plan.input.lateness = lateness(plan.input.query, time_key_column, plan.key);
    // A session that is still open takes what lies behind the watermark. Where several inputs make sessions together,
    // that would depend on whose rows came first: there a row is late by the watermark of its own input alone.
    if (plan.input.lateness)
        plan.input.lateness->is_left_open = plan.key.size() == 1 && !plan_->clocks[plan.key.front().clock].is_united;
    sum_up_frames_exactly(split.output(), columns_.of(plan.input.query), columns_);
    plan.query = make_query(split.output());
    return plan;
}

}  // namespace laminar
