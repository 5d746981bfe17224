#include "runtime/flow/running_pipeline.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "parser/text/ascii.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/sinks/sink_shape.h"
#include "runtime/plan/planned_query.h"
#include "runtime/plan/stream_planner.h"

namespace laminar {

namespace {

/// A clock that goes on while no row comes is written that often: each time is a commit.
constexpr std::chrono::seconds time_is_kept_every{1};

}  // namespace

std::string_view pipeline_state_name(PipelineState state) noexcept {
    switch (state) {
        case PipelineState::waiting_for_types:
            return "waiting_for_types";
        case PipelineState::running:
            return "running";
        case PipelineState::paused:
            return "paused";
        case PipelineState::failed:
            return "failed";
    }
    return "failed";
}

RunningPipeline::RunningPipeline(Engine& engine, std::string name, BoundQuery query,
                                 std::shared_ptr<const PipelineFacts> facts,
                                 std::vector<std::unique_ptr<PipelineInput>> inputs,
                                 std::vector<OutputColumn> sink_columns, SinkMaker make_sink, SourceTextPtr source,
                                 const FunctionNames& aggregates, StateStore* store)
    : engine_(engine),
      store_(store),
      key_(name),
      name_(std::move(name)),
      query_(std::move(query)),
      facts_(std::move(facts)),
      inputs_(std::move(inputs)),
      left_out_(inputs_, name_),
      sink_columns_(std::move(sink_columns)),
      make_sink_(std::move(make_sink)),
      source_(std::move(source)),
      aggregates_(aggregates),
      output_(name_, query_, inputs_, !sink_columns_.empty()) {
    // Where all types are known, mistakes that only the engine sees surface now, at the statement that made the
    // pipeline.
    if (!prepare()) state_ = PipelineState::waiting_for_types;
    if (const StateNumbers* kept = store_ ? store_->find(owner_of(key_)) : nullptr) take_up(*kept);
}

std::string RunningPipeline::owner_of(std::string_view key) { return "pipeline:" + fold_case(key); }

void RunningPipeline::take_up(const StateNumbers& kept) {
    inputs_.take_up(kept);
    const auto number = [&](std::string_view name) -> std::uint64_t {
        const auto found = kept.find(name);
        return found == kept.end() ? 0 : static_cast<std::uint64_t>(found->second);
    };
    rows_in_ = number("rows in");
    rows_out_ = number("rows out");
    left_out_.take_up(number("refused rows"), number("late rows"));
}

void RunningPipeline::save() const {
    StateNumbers numbers;
    graph_->save(numbers);
    inputs_.save(numbers);
    const std::uint64_t stored = sink_->is_stored() ? output_.removed_rows().rows + rows_for_sink().rows : 0;
    numbers["rows in"] = static_cast<std::int64_t>(rows_in_);
    numbers["rows out"] = static_cast<std::int64_t>(rows_out_ + stored);
    numbers["refused rows"] = static_cast<std::int64_t>(left_out_.refused_rows());
    numbers["late rows"] = static_cast<std::int64_t>(left_out_.late_rows());
    store_->set(owner_of(key_), numbers);
}

RunningPipeline::~RunningPipeline() { end_cycle(); }

bool RunningPipeline::prepare() {
    if (!inputs_.prepare(engine_, key_)) return false;
    StreamPlan planned = plan();
    ResultShape shape;
    if (!sink_columns_.empty())
        shape = [this](const std::string& sql, const std::vector<std::string>& further_columns) {
            return shape_for_sink(sql, sink_columns_, further_columns);
        };
    graph_ = std::make_unique<OperatorGraph>(engine_, key_, std::move(planned), inputs_.scans(), left_out_, shape,
                                             store_, store_ ? store_->find(owner_of(key_)) : nullptr);
    const StreamPlan& running = graph_->plan();
    for (std::size_t clock = 0; clock < running.logical->clocks_in_use; ++clock)
        inputs_.watch(running, running.clocks()[clock]);
    output_.open(*graph_);
    sink_ = make_sink_(engine_, graph_->columns());
    const logical::Node& result = running.logical->root;
    if (result.changes) sink_->expect_changes(result.key);
    return true;
}

StreamPlan RunningPipeline::plan() {
    // Now that the first messages have told what the query did not.
    inputs_.complete(query_);
    const std::vector<InputTime> times = inputs_.times();
    if (const StreamPlan* known = checked_plan(facts_.get(), query_.inputs, times)) return *known;
    Diagnostics diagnostics(source_);
    std::optional<StreamPlan> planned = plan_stream(
        query_, times, aggregates_, [this](const std::string& sql) { return engine_.prepare(sql)->columns(); },
        diagnostics);
    if (!planned) throw PlanRefused(std::move(diagnostics));
    // Where the types were known before, the statement has been warned of already.
    if (state_ == PipelineState::waiting_for_types) {
        for (const Diagnostic& finding : diagnostics.all()) spdlog::warn("[{}] {}", name_, finding.message);
    }
    return std::move(*planned);
}

std::vector<OutputColumn> RunningPipeline::columns() const {
    return graph_ ? graph_->columns() : std::vector<OutputColumn>();
}

bool RunningPipeline::watches_time() const noexcept {
    return graph_ && (graph_->keeps_state() || graph_->is_watched()) && state_ == PipelineState::running;
}

bool RunningPipeline::reads_past_rows() const noexcept {
    return state_ != PipelineState::failed && inputs_.reads_past_rows();
}

void RunningPipeline::look_at_end() {
    have_inputs_ended_ = inputs_.have_ended();
    // Paused, it may still have something for those who read it.
    output_.set_finished(state_ == PipelineState::failed ||
                         (have_inputs_ended_ && !has_last_rows_to_deliver() && state_ != PipelineState::paused));
}

bool RunningPipeline::has_last_rows_to_deliver() const noexcept {
    return watches_time() && have_inputs_ended_ && !graph_->has_finished();
}

void RunningPipeline::begin_cycle() {
    output_.let_go_on();
    // Inputs of one that has failed must not stand still for the others.
    can_accept_ = state_ == PipelineState::failed || (state_ != PipelineState::paused && flush_sink());
}

void RunningPipeline::pass_on_standstill() const {
    if (!is_accepting()) inputs_.hold_back();
}

PipelineInputs::Taken RunningPipeline::run(TakeIn wanted) {
    PipelineInputs::Taken taken;
    fail_with_upstream();
    if (is_accepting()) {
        try {
            taken = inputs_.take(wanted);
            left_out_.take_reports();
        } catch (...) {
            fail(failure_reason(std::current_exception()));
            taken.any = true;
        }
    }
    if (reads_past_rows() && is_accepting()) {
        taken.any = true;
        try {
            inputs_.show_past_rows();
        } catch (...) {
            fail(failure_reason(std::current_exception()));
        }
    }
    if (inputs_.has_rows() || (watches_time() && is_accepting())) {
        const bool has_rows = inputs_.has_rows();
        arrived_at_ = inputs_.arrived_at();
        const auto began = std::chrono::steady_clock::now();
        process();
        inputs_.release_past_rows();
        if (has_rows || !output_.is_empty() || has_changes_) worked_ += std::chrono::steady_clock::now() - began;
    }
    look_at_end();
    return taken;
}

void RunningPipeline::process() {
    if (state_ == PipelineState::failed) return;
    try {
        AcknowledgementScope acknowledgements(engine_);
        if (!graph_) {
            if (!prepare()) return;
            state_ = PipelineState::running;
        }
        rows_in_ += inputs_.rows();
        inputs_.show();
        left_out_.begin_cycle();
        first_acknowledgement_ = engine_.acknowledgement_count();
        output_.set(graph_->process(std::chrono::steady_clock::now(), wall_clock_(), inputs_.liveness()));
        if (!output_.is_empty() && !sink_->is_stored()) write_rows();
        has_moved_ = inputs_.has_rows() || !output_.is_empty();
        keeps_time_ = store_ && !has_moved_ && graph_->has_unkept_time() &&
                      std::chrono::steady_clock::now() - time_kept_at_ >= time_is_kept_every;
        has_changes_ = graph_->has_changes() || (!output_.is_empty() && sink_->is_stored()) || (store_ && has_moved_) ||
                       keeps_time_;
        end_of_acknowledgements_ = engine_.acknowledgement_count();
        acknowledgements.keep();
    } catch (const PlanRefused& problem) {
        fail(problem.findings().all().front().message);
    } catch (...) {
        fail(failure_reason(std::current_exception()));
    }
}

/// Row by row where the sink refuses some.
void RunningPipeline::write_rows() {
    const ResultTable& added = output_.added_rows();
    const ResultTable& removed = output_.removed_rows();
    const bool changes = graph_->plan().logical->root.changes;
    const unsigned retries = left_out_.retries();
    const std::vector<RefusedRow> refused =
        changes ? sink_->write_changes(removed, added, retries) : sink_->write(added, retries);
    for (const RefusedRow& row : refused) {
        const bool known = !changes && row.row < added.rows;
        left_out_.refused_made_row(row.reason, known ? row_as_json(added, row.row) : std::string());
    }
    rows_out_ += added.rows + removed.rows - std::min(refused.size(), added.rows);
}

bool RunningPipeline::changes_engine() const {
    if (!has_changes_) return true;  // Its sink's.
    return sink_->has_changes() || graph_->changes_engine() || (sink_->is_stored() && !output_.is_empty()) ||
           (store_ && has_moved_) || keeps_time_;
}

void RunningPipeline::apply() {
    sink_->keep();
    if (!has_changes_) return;
    const auto began = std::chrono::steady_clock::now();
    graph_->apply();
    if (sink_->is_stored()) sink_->write_all(output_.removed_rows(), rows_for_sink());
    if (store_) {
        inputs_.apply();
        save();
    }
    worked_ += std::chrono::steady_clock::now() - began;
}

void RunningPipeline::on_commit() {
    sink_->on_commit();
    if (!has_changes_) return;
    const bool is_kept = store_ && changes_engine();
    has_changes_ = false;
    if (is_kept) {
        time_kept_at_ = std::chrono::steady_clock::now();
        graph_->note_time_kept();
    }
    graph_->on_commit();
    inputs_.on_commit();
    if (sink_->is_stored()) rows_out_ += rows_for_sink().rows + output_.removed_rows().rows;
    check_state_limit();
}

/// Without its own state it cannot go on; of its rows those are left out that the table refuses.
void RunningPipeline::leave_out(const std::string& reason) {
    if (std::exchange(was_at_fault_, true) || !has_changes_) {
        sink_->stop_keeping();
        return fail(reason);
    }
    try {
        {
            const EngineTransaction undone(engine_);
            graph_->apply();
        }
        if (sink_->is_stored() && !output_.is_empty()) leave_out_refused_rows();
    } catch (...) {
        fail(failure_reason(std::current_exception()));
    }
}

void RunningPipeline::leave_out_refused_rows() {
    const ResultTable& added = output_.added_rows();
    const bool changes = graph_->plan().logical->root.changes;
    const std::vector<RefusedRow> refused = sink_->find_refused(added, left_out_.retries());
    std::vector<bool> is_refused(added.rows);
    for (const RefusedRow& row : refused) {
        left_out_.refused_made_row(row.reason, changes ? std::string() : row_as_json(added, row.row));
        is_refused[row.row] = true;
    }
    std::vector<std::size_t> kept;
    for (std::size_t row = 0; row < added.rows; ++row) {
        if (!is_refused[row]) kept.push_back(row);
    }
    accepted_ = added;
    keep_rows(*accepted_, kept);
}

void RunningPipeline::forget_if_failed() {
    if (state_ == PipelineState::failed)
        engine_.forget_acknowledgements(first_acknowledgement_, end_of_acknowledgements_);
}

void RunningPipeline::check_state_limit() {
    if (!options_.state_limit || graph_->state_rows() <= *options_.state_limit) return;
    try {
        graph_->sum_up();
    } catch (...) {
        return fail(failure_reason(std::current_exception()));
    }
    if (graph_->state_rows() <= *options_.state_limit) return;
    fail(
        fmt::format("its state has grown beyond its state_limit of {} rows; bound it by a window, a time "
                    "bound in the join or a filter, or create it anew with a higher state_limit",
                    *options_.state_limit));
}

void RunningPipeline::end_cycle() {
    accepted_.reset();
    was_at_fault_ = has_moved_ = keeps_time_ = false;
    if (worked_.count() > 0 && state_ != PipelineState::failed) {
        cycle_time_.observe(worked_);
        if (arrived_at_) latency_.observe(std::chrono::steady_clock::now() - *arrived_at_);
    }
    worked_ = {};
    arrived_at_.reset();
    output_.clear();
    inputs_.release(graph_ && state_ != PipelineState::failed);
}

void RunningPipeline::hold_departure(CommitRelease& release) {
    if (!sink_) return;
    std::function<void()> departure = sink_->take_departure();
    if (departure) release.hold([sink = sink_, departure = std::move(departure)] { departure(); });
}

bool RunningPipeline::flush_sink() {
    if (!sink_ || state_ == PipelineState::failed) return true;
    try {
        return sink_->flush();
    } catch (...) {
        fail(failure_reason(std::current_exception()));
        return true;
    }
}

std::vector<FailedRow> RunningPipeline::take_failures() {
    std::vector<FailedRow> failures = left_out_.take_failures();
    if (!sink_) return failures;
    if (sink_->undeliverable() != told_undeliverable_) {
        told_undeliverable_ = sink_->undeliverable();
        left_out_.set_latest_reason(sink_->undeliverable_reason());
    }
    for (FailedRow& failure : sink_->take_failures()) {
        failure.consumer = name_;
        failures.push_back(std::move(failure));
    }
    return failures;
}

void RunningPipeline::pause() noexcept {
    if (state_ != PipelineState::failed) state_ = PipelineState::paused;
}

void RunningPipeline::resume() noexcept {
    if (state_ == PipelineState::paused) state_ = graph_ ? PipelineState::running : PipelineState::waiting_for_types;
}

void RunningPipeline::fail_with_upstream() {
    const UpstreamRows* const failed = inputs_.failed_upstream();
    if (!failed || state_ == PipelineState::failed) return;
    fail(failed->failure());
    output_.set_failed(failed->failure());  // What failed first tells most, to all that follow.
}

void RunningPipeline::fail(const std::string& reason) {
    if (state_ == PipelineState::failed) return;  // What follows from a failure does not tell why.
    state_ = PipelineState::failed;
    failure_ = reason;
    // Of rows that were made when it failed nobody knows whether they are all.
    has_changes_ = false;
    if (sink_) sink_->discard();
    output_.clear();
    output_.set_failed(fmt::format("pipeline \"{}\" failed: {}", name_, reason));
    spdlog::error("[{}] pipeline failed: {}", name_, reason);
    if (on_failure_) on_failure_(reason);
}

}  // namespace laminar
