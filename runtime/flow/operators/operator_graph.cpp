#include "runtime/flow/operators/operator_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace laminar {

namespace {

std::string clock_name(std::size_t index) { return fmt::format("clock {}", index); }

}  // namespace

OperatorGraph::OperatorGraph(Engine& engine, const std::string& name, StreamPlan plan, std::vector<StreamScan> inputs,
                             RowObserver& observer, const ResultShape& shape, StateStore* store,
                             const StateNumbers* kept)
    : engine_(engine),
      name_(name),
      plan_(std::move(plan)),
      shape_(shape),
      scans_(std::move(inputs)),
      event_clocks_(plan_.clocks().size()),
      clocks_(plan_.clocks().size()) {
    if (kept) kept_clocks_ = *kept;
    for (std::size_t index = 0; index < plan_.logical->clocks_in_use; ++index) make_clock(index);
    for (std::size_t index = 0; index < plan_.operators.size(); ++index) {
        const PlannedOperator& planned = plan_.operators[index];
        const OperatorContext context{engine,
                                      fmt::format("{}:{}", name, planned.id),
                                      planned.fingerprint,
                                      scans_,
                                      event_clocks_,
                                      clocks_,
                                      observer,
                                      has_begun_,
                                      store,
                                      kept != nullptr};
        operators_.push_back(make_operator(planned, context));
        StreamOperator* made = operators_.back().get();
        slots_.push_back(engine.create_row_slot(context.name + ":rows out", planned.columns));
        BatchSlot* slot = slots_.back().get();
        StreamScan scan;
        scan.from_sql = slot->from_sql();
        scan.numbered_sql = slot->numbered_from_sql();
        scan.slot = slot;
        scan.columns = shown_columns(*slot);
        scan.rows = [made](bool removed) { return removed ? made->removed().rows : made->added().rows; };
        scan.show = [made, slot](bool removed) { slot->set_rows(removed ? &made->removed() : &made->added()); };
        scans_.push_back(std::move(scan));
    }
    FragmentText text;
    if (shape_) text.change = [this](const std::string& sql) { return shape_(sql, {}); };
    result_ = std::make_unique<Fragment>(engine, plan_.result, scans_, event_clocks_, observer, text);
    if (kept) take_up(*kept);
}

void OperatorGraph::save(StateNumbers& numbers) const {
    numbers["has begun"] = has_begun_ ? 1 : 0;
    for (std::size_t index = 0; index < event_clocks_.size(); ++index) {
        if (!event_clocks_[index]) continue;
        if (const StreamTime& time = event_clocks_[index]->kept_time(); time.is_known())
            numbers[clock_name(index)] = *time.value();
    }
    for (std::size_t index = 0; index < operators_.size(); ++index) {
        ScopedNumbers own(numbers, plan_.operators[index].id + ": ");
        operators_[index]->save(own);
    }
}

void OperatorGraph::take_up(StateNumbers kept) {
    has_begun_ = ScopedNumbers(kept, {}).find("has begun").value_or(0) != 0;
    for (std::size_t index = 0; index < operators_.size(); ++index)
        operators_[index]->take_up(ScopedNumbers(kept, plan_.operators[index].id + ": "));
}

OperatorGraph::~OperatorGraph() {
    for (const auto& slot : slots_) slot->set_rows(nullptr);
}

void OperatorGraph::make_clock(std::size_t index) {
    const PlannedClock& clock = plan_.clocks()[index];
    const bool is_of_input =
        clock.kind != PlannedClock::Kind::operator_output && clock.kind != PlannedClock::Kind::united;
    if (!is_of_input || event_clocks_[index]) return;
    const StreamScan& scan = scans_.at(clock.scan);
    event_clocks_[index] = std::make_unique<EventClock>(engine_, clock, scan.from_sql, *scan.slot);
    if (const auto time = kept_clocks_.find(clock_name(index)); time != kept_clocks_.end())
        event_clocks_[index]->take_up(time->second);
}

void OperatorGraph::watch(std::size_t clock) {
    if (is_watched(clock)) return;
    const PlannedClock& planned = plan_.clocks().at(clock);
    if (planned.kind == PlannedClock::Kind::united) {
        for (const ClockValue& member : planned.members) make_clock(member.clock);
        united_clocks_.try_emplace(clock, engine_, fmt::format("{}:united {}", name_, clock), planned.members, clocks_);
    } else {
        make_clock(clock);
    }
    std::function<std::string(const std::string&)> wrap;
    if (shape_) wrap = [this](const std::string& sql) { return shape_(sql, {origin_column, row_position_column}); };
    result_->prepare_origins(plan_.result_with_origins, wrap);
    watched_.insert(clock);
}

bool OperatorGraph::advance_clocks(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                   const std::vector<InputLiveness>& liveness) {
    bool moved = false;
    for (std::size_t index = 0; index < event_clocks_.size(); ++index) {
        EventClock* clock = event_clocks_[index].get();
        if (!clock) continue;
        const std::size_t scan = plan_.clocks()[index].scan;
        if (plan_.clocks()[index].kind == PlannedClock::Kind::upstream) {
            const std::size_t followed = plan_.clocks()[index].upstream_clock;
            clock->follow(scans_[scan].upstream_time(followed), scans_[scan].upstream_marks(followed));
        } else if (scans_[scan].rows(false) > 0) {
            clock->observe(now, wall_clock, liveness[scan]);
        } else {
            clock->advance_without_rows(now, wall_clock, liveness[scan]);
        }
        if (liveness[scan].has_ended) clock->finish();
    }
    let_absent_go_along();
    for (std::size_t index = 0; index < event_clocks_.size(); ++index) {
        if (!event_clocks_[index]) continue;
        const bool this_moved = !(clocks_[index] == event_clocks_[index]->time());
        moved = moved || this_moved;
        const bool is_kept = plan_.clocks()[index].kind != PlannedClock::Kind::arrival;
        has_unkept_time_ = has_unkept_time_ || (this_moved && is_kept && !event_clocks_[index]->time().is_finished());
        clocks_[index] = event_clocks_[index]->time();
    }
    return moved;
}

/// Inputs that nobody waits for any more: they go by the least of those that have a time.
void OperatorGraph::let_absent_go_along() {
    StreamTime least;
    least.finish();
    bool any_absent = false;
    for (const auto& clock : event_clocks_) {
        if (!clock) continue;
        any_absent = any_absent || clock->is_absent();
        if (clock->is_absent()) continue;
        if (!clock->time().is_known()) return;
        if (*clock->time().value() < *least.value()) least = clock->time();
    }
    if (!any_absent) return;
    for (const auto& clock : event_clocks_) {
        if (clock && clock->is_absent()) clock->go_along(least);
    }
}

OperatorGraph::Result OperatorGraph::process(std::chrono::steady_clock::time_point now, std::int64_t wall_clock,
                                             const std::vector<InputLiveness>& liveness) {
    const bool came =
        std::any_of(scans_.begin(), scans_.begin() + static_cast<std::ptrdiff_t>(plan_.logical->input_count),
                    [](const StreamScan& scan) { return scan.slot && (scan.rows(false) > 0 || scan.rows(true) > 0); });
    Result result;
    const bool moved = advance_clocks(now, wall_clock, liveness);
    finished_ =
        std::all_of(liveness.begin(), liveness.end(), [](const InputLiveness& input) { return input.has_ended; });
    const bool begins = !has_begun_ && (came || finished_);
    has_begun_ = has_begun_ || begins;
    if (!came && !moved && !begins) {
        unite_clocks();  // One of them may be new.
        return result;
    }
    for (std::size_t index = 0; index < operators_.size(); ++index) {
        StreamOperator& step = *operators_[index];
        step.evaluate();
        slots_[index]->set_rows(&step.added());
        const auto& output_clocks = plan_.operators[index].output_clocks;
        for (const std::size_t clock : output_clocks) clocks_[clock] = step.output_time(plan_.clocks()[clock].side);
    }
    unite_clocks();
    run_result(result);
    if (plan_.logical->root.changes) result.removed = result_->run(true);
    has_changes_ = keeps_state();
    return result;
}

void OperatorGraph::unite_clocks() {
    for (auto& [index, united] : united_clocks_) clocks_[index] = united.now();
}

bool OperatorGraph::may_have_late_rows(std::size_t clock) const {
    const PlannedClock& planned = plan_.clocks()[clock];
    if (planned.kind == PlannedClock::Kind::united)
        return std::any_of(planned.members.begin(), planned.members.end(),
                           [&](const ClockValue& member) { return may_have_late_rows(member.clock); });
    return event_clocks_[clock] && event_clocks_[clock]->has_suspects() &&
           planned.origin == PlannedClock::Kind::event_time;
}

RowMarks OperatorGraph::marks_of(std::size_t clock, const std::vector<InputRow>& origins) const {
    const PlannedClock& planned = plan_.clocks()[clock];
    RowMarks marks(origins.size());
    if (planned.kind == PlannedClock::Kind::united) {
        const UnitedClock& united = united_clocks_.at(clock);
        for (std::size_t member = 0; member < planned.members.size(); ++member) {
            const std::size_t of = planned.members[member].clock;
            if (may_have_late_rows(of)) united.take_marks(member, marks_of(of, origins), marks);
        }
        return marks;
    }
    for (std::size_t row = 0; row < origins.size(); ++row) {
        if (origins[row].scan == static_cast<std::int64_t>(planned.scan))
            marks[row] = event_clocks_[clock]->mark(origins[row].position);
    }
    return marks;
}

void OperatorGraph::run_result(Result& result) {
    if (std::none_of(watched_.begin(), watched_.end(),
                     [this](std::size_t clock) { return may_have_late_rows(clock); })) {
        result.added = result_->run(false);
        return;
    }
    std::vector<InputRow> origins;
    result.added = result_->run_with_origins(origins);
    for (const std::size_t clock : watched_) {
        if (may_have_late_rows(clock)) result.marks[clock] = marks_of(clock, origins);
    }
}

bool OperatorGraph::changes_engine() const {
    return has_changes_ &&
           std::any_of(operators_.begin(), operators_.end(), [](const auto& step) { return step->changes_engine(); });
}

void OperatorGraph::apply() {
    if (!has_changes_) return;
    for (const auto& step : operators_) step->apply();
}

void OperatorGraph::on_commit() {
    if (!has_changes_) return;
    has_changes_ = false;
    for (std::size_t index = 0; index < operators_.size(); ++index) {
        slots_[index]->set_rows(nullptr);
        operators_[index]->on_commit();
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
