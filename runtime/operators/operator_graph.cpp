#include "runtime/operators/operator_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace laminar {

OperatorGraph::OperatorGraph(Engine& engine, const std::string& name, StreamPlan plan, std::vector<StreamScan> inputs,
                             RowObserver& observer, const std::function<std::string(const std::string&)>& wrap)
    : plan_(std::move(plan)), scans_(std::move(inputs)), clocks_(plan_.clocks.size()) {
    for (std::size_t index = 0; index < plan_.clocks.size(); ++index) {
        const PlannedClock& clock = plan_.clocks[index];
        if (clock.kind == PlannedClock::Kind::operator_output) {
            event_clocks_.push_back(nullptr);
            continue;
        }
        StreamScan& scan = scans_.at(clock.scan);
        event_clocks_.push_back(std::make_unique<EventClock>(engine, fmt::format("{}:clock{}", name, index), clock,
                                                             scan.from_sql, *scan.slot));
    }
    for (std::size_t index = 0; index < plan_.operators.size(); ++index) {
        const OperatorContext context{engine,  fmt::format("{}:{}", name, index + 1), scans_, event_clocks_, clocks_,
                                      observer};
        operators_.push_back(make_operator(plan_.operators[index], context));
        StreamOperator* made = operators_.back().get();
        slots_.push_back(engine.create_row_slot(context.name + ":rows out", plan_.operators[index].columns));
        BatchSlot* slot = slots_.back().get();
        StreamScan scan;
        scan.from_sql = slot->from_sql();
        scan.slot = slot;
        scan.rows = [made](bool removed) { return removed ? made->removed().rows : made->added().rows; };
        scan.show = [made, slot](bool removed) { slot->set_rows(removed ? &made->removed() : &made->added()); };
        scans_.push_back(std::move(scan));
    }
    result_ = std::make_unique<Fragment>(engine, plan_.result, scans_, event_clocks_, observer, wrap);
}

OperatorGraph::~OperatorGraph() {
    for (const auto& slot : slots_) slot->set_rows(nullptr);
}

bool OperatorGraph::advance_clocks(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                   const std::vector<InputLiveness>& liveness) {
    bool moved = false;
    for (std::size_t index = 0; index < event_clocks_.size(); ++index) {
        EventClock* clock = event_clocks_[index].get();
        if (!clock) continue;
        const std::size_t scan = plan_.clocks[index].scan;
        if (scans_[scan].rows(false) > 0)
            clock->observe(now);
        else
            clock->advance_without_rows(now, wall_clock, liveness[scan].may_be_idle);
        if (liveness[scan].has_ended) clock->finish();
        moved = moved || !(clocks_[index] == clock->time());
        clocks_[index] = clock->time();
    }
    return moved;
}

OperatorGraph::Result OperatorGraph::process(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                             const std::vector<InputLiveness>& liveness) {
    const bool came =
        std::any_of(scans_.begin(), scans_.begin() + static_cast<std::ptrdiff_t>(plan_.input_count),
                    [](const StreamScan& scan) { return scan.slot && (scan.rows(false) > 0 || scan.rows(true) > 0); });
    Result result;
    const bool moved = advance_clocks(now, wall_clock, liveness);
    finished_ =
        std::all_of(liveness.begin(), liveness.end(), [](const InputLiveness& input) { return input.has_ended; });
    if (!came && !moved) return result;
    for (std::size_t index = 0; index < operators_.size(); ++index) {
        StreamOperator& step = *operators_[index];
        step.evaluate();
        slots_[index]->set_rows(&step.added());
        const auto& output_clocks = plan_.operators[index].output_clocks;
        for (const std::size_t clock : output_clocks) clocks_[clock] = step.output_time(plan_.clocks[clock].side);
    }
    result.added = result_->run(false);
    if (plan_.changes) result.removed = result_->run(true);
    has_changes_ = keeps_state();
    return result;
}

bool OperatorGraph::changes_engine() const {
    return has_changes_ &&
           std::any_of(operators_.begin(), operators_.end(), [](const auto& step) { return step->changes_engine(); });
}

void OperatorGraph::apply() {
    if (!has_changes_) return;
    for (const auto& step : operators_) step->apply();
}

void OperatorGraph::settle() {
    if (!has_changes_) return;
    has_changes_ = false;
    for (std::size_t index = 0; index < operators_.size(); ++index) {
        slots_[index]->set_rows(nullptr);
        operators_[index]->settle();
        operators_[index]->forget_rows();
    }
}

StreamTime OperatorGraph::watermark() const {
    StreamTime least;
    bool any = false;
    for (const auto& clock : event_clocks_) {
        if (!clock) continue;
        if (!clock->time().is_known()) return {};
        if (!any || *clock->time().value() < *least.value()) least = clock->time();
        any = true;
    }
    return least;
}

void OperatorGraph::sum_up() {
    for (const auto& step : operators_) step->sum_up();
}

std::uint64_t OperatorGraph::state_rows() const {
    std::uint64_t rows = 0;
    for (const auto& step : operators_) rows += step->state_rows();
    return rows;
}

std::uint64_t OperatorGraph::state_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& step : operators_) bytes += step->state_bytes();
    return bytes;
}

}  // namespace laminar
