#include "runtime/flow/running_pipeline.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "catalog/query/function_rewriter.h"
#include "parser/text/ascii.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/row_isolation.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/plan/time_tracer.h"

namespace laminar {

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

RunningPipeline::RunningPipeline(Engine& engine, std::string name, BoundQuery query, std::vector<Source> sources,
                                 std::vector<OutputColumn> sink_columns, SinkMaker make_sink, SourceTextPtr source,
                                 const FunctionNames& aggregates)
    : engine_(engine),
      name_(std::move(name)),
      query_(std::move(query)),
      sources_(std::move(sources)),
      sink_columns_(std::move(sink_columns)),
      make_sink_(std::move(make_sink)),
      source_(std::move(source)),
      aggregates_(aggregates) {
    for (const Source& each : sources_) {
        if (!each.connection.empty()) fed_by_.insert(each.connection);
        if (!each.upstream) continue;
        fed_by_.insert(each.upstream->fed_by_.begin(), each.upstream->fed_by_.end());
        each.upstream->is_read_ = true;
    }
    update_retries();
    // Where all types are known, mistakes that only the engine sees surface now, at the statement that made the
    // pipeline.
    if (!prepare()) state_ = PipelineState::waiting_for_types;
}

RunningPipeline::~RunningPipeline() { release(); }

bool RunningPipeline::prepare() {
    for (std::size_t index = 0; index < sources_.size(); ++index) {
        Source& source = sources_[index];
        if (source.late_typing && !source.typed_slot) return false;
        if (source.upstream && !source.upstream_slot) {
            const std::vector<OutputColumn> columns = source.upstream->columns_to_read();
            if (columns.empty()) return false;
            source.upstream_slot = engine_.create_row_slot(
                fmt::format("{}:from:{}:{}", name_, index + 1, source.upstream->name()), columns);
        }
    }
    StreamPlan planned = plan();
    std::vector<StreamScan> scans;
    for (std::size_t index = 0; index < sources_.size(); ++index) scans.push_back(scan_of(index));
    ResultShape shape;
    if (!sink_columns_.empty())
        shape = [this](const std::string& sql, const std::vector<std::string>& further_columns) {
            return shape_for_sink(sql, sink_columns_, further_columns);
        };
    graph_ = std::make_unique<OperatorGraph>(engine_, name_, std::move(planned), std::move(scans), *this, shape);
    columns_ = graph_->columns();
    for (std::size_t clock = 0; clock < graph_->plan().clocks_in_use; ++clock)
        watch_upstream(graph_->plan().clocks[clock]);
    if (is_read_) {
        // Whoever waits for the columns learns of the first rows.
        for (const ResultTimes::Column& column : graph_->plan().times.columns) {
            for (const ClockValue& value : column.key) watch(value.clock);
        }
    }
    sink_ = make_sink_(engine_, columns_);
    if (graph_->plan().changes) sink_->expect_changes(graph_->plan().key_columns);
    return true;
}

StreamPlan RunningPipeline::plan() {
    std::vector<InputTime> times;
    for (std::size_t index = 0; index < sources_.size(); ++index) {
        const Source& source = sources_[index];
        // Now that the first messages have told what the query did not.
        if (source.late_typing) query_.inputs[index] = source.late_typing->input();
        if (source.upstream && query_.inputs[index].kind == InputKind::pipeline) {
            query_.inputs[index].columns.clear();
            for (const OutputColumn& column : source.upstream->columns_to_read())
                query_.inputs[index].columns.push_back({column.name, column.type, std::nullopt, {}});
        }
        times.push_back(source.time);
        if (!source.upstream) continue;
        times.back().changes = source.upstream->changes();
        times.back().upstream = source.upstream->times_to_read();
        times.back().in_order = source.upstream->graph()->plan().in_order;
    }
    Diagnostics diagnostics(source_);
    StreamPlanner planner(
        query_, std::move(times), aggregates_,
        [this](const std::string& sql) { return engine_.prepare(sql)->columns(); }, diagnostics);
    std::optional<StreamPlan> planned = planner.plan();
    if (!planned) throw PlanRefused(std::move(diagnostics));
    // Where the types were known before, the statement has been warned of already.
    if (state_ == PipelineState::waiting_for_types) {
        for (const Diagnostic& finding : diagnostics.all()) spdlog::warn("[{}] {}", name_, finding.message);
    }
    return std::move(*planned);
}

StreamScan RunningPipeline::scan_of(std::size_t index) {
    Source& source = sources_[index];
    StreamScan scan;
    scan.from_sql = input_sql(index);
    scan.rows = [&source](bool removed) { return rows_at_hand(source, removed); };
    if (source.upstream) {
        scan.slot = source.upstream_slot.get();
        scan.show = [&source](bool removed) {
            source.upstream_slot->set_rows(removed ? source.upstream->taken_back() : source.upstream->output());
        };
        scan.upstream_time = [&source](std::size_t clock) { return source.upstream->time_of(clock); };
        scan.upstream_marks = [&source](std::size_t clock) { return source.upstream->output_marks(clock); };
    } else if (source.typed_slot) {
        scan.slot = source.typed_slot.get();
    } else if (source.stream) {
        scan.slot = &source.stream->slot();
    }
    if (scan.slot) scan.numbered_sql = input_sql(index, true);
    return scan;
}

bool RunningPipeline::has_ended(const Source& source) const {
    if (inputs_ended_) return true;
    if (source.upstream) return source.upstream->has_finished();
    return !source.stream || (!source.reads_past && source.stream->shared_channel()->is_finished());
}

std::vector<InputLiveness> RunningPipeline::liveness() const {
    std::vector<InputLiveness> inputs;
    for (const Source& source : sources_) inputs.push_back({has_ended(source), !source.is_up || source.is_up()});
    return inputs;
}

bool RunningPipeline::watches_time() const noexcept {
    return graph_ && (graph_->keeps_state() || graph_->is_watched()) && state_ == PipelineState::running;
}

void RunningPipeline::look_at_end() {
    inputs_over_ =
        std::all_of(sources_.begin(), sources_.end(), [&](const Source& source) { return has_ended(source); });
    // Paused, it may still have something for those who read it.
    finished_ =
        state_ == PipelineState::failed || (inputs_over_ && !owes_last_rows() && state_ != PipelineState::paused);
}

bool RunningPipeline::owes_last_rows() const noexcept {
    return watches_time() && inputs_over_ && !graph_->has_finished();
}

std::vector<OutputColumn> RunningPipeline::columns_to_read() const {
    std::vector<OutputColumn> columns = columns_;
    // Where * stands for the fields of messages, the query does not name them.
    if (sink_columns_.empty() || query_.columns.size() != columns.size()) return columns;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        if (query_.columns[index].name != open_fields_column) columns[index].name = query_.columns[index].name;
    }
    return columns;
}

ResultTimes RunningPipeline::times_to_read() const {
    ResultTimes times = graph_->plan().times;
    if (sink_columns_.empty()) return times;
    const std::vector<OutputColumn> columns = columns_to_read();
    std::erase_if(times.columns, [&](ResultTimes::Column& time) {
        const ColumnType& type = columns.at(time.position).type;
        time.name = columns.at(time.position).name;
        if (is_window_structure(time.key)) return type.id != TypeId::structure;
        if (!is_time(type)) return true;
        for (ClockValue& value : time.key) value.expression = make_cast(std::move(value.expression), to_sql(type), {});
        return false;
    });
    return times;
}

void RunningPipeline::watch(std::size_t clock) {
    // Who is asked by several ways asks on once.
    if (graph_->is_watched(clock)) return;
    watch_upstream(graph_->plan().clocks.at(clock));
    graph_->watch(clock);
}

void RunningPipeline::watch_upstream(const PlannedClock& clock) {
    if (clock.kind == PlannedClock::Kind::upstream) sources_[clock.scan].upstream->watch(clock.upstream_clock);
    for (const ClockValue& member : clock.members) watch_upstream(graph_->plan().clocks.at(member.clock));
}

const RowMarks* RunningPipeline::output_marks(std::size_t clock) const noexcept {
    const auto found = output_marks_.find(clock);
    return found == output_marks_.end() ? nullptr : &found->second;
}

void RunningPipeline::process() {
    if (state_ == PipelineState::failed) return;
    try {
        AcknowledgementScope acknowledgements(engine_);
        if (!graph_) {
            if (!prepare()) return;
            state_ = PipelineState::running;
        }
        for (const Source& source : sources_) {
            rows_in_ += rows_at_hand(source);
            if (source.upstream) source.upstream_slot->set_rows(source.upstream->output());
        }
        first_acknowledgement_ = engine_.acknowledgement_count();
        OperatorGraph::Result result = graph_->process(std::chrono::steady_clock::now(), wall_clock_(), liveness());
        output_ = std::move(result.added);
        output_marks_ = std::move(result.marks);
        taken_back_ = std::move(result.removed);
        const bool has_rows = output_.rows + taken_back_.rows > 0;
        if (has_rows && !sink_->is_stored()) write_rows();
        has_changes_ = graph_->has_changes() || (has_rows && sink_->is_stored());
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
    const bool changes = graph_->plan().changes;
    const std::vector<RefusedRow> refused =
        changes ? sink_->write_changes(taken_back_, output_, retries()) : sink_->write(output_, retries());
    for (const RefusedRow& row : refused) {
        count_refused(row.reason);
        const bool known = !changes && row.row < output_.rows;
        add_made_row_failure(row.reason, known ? row_as_json(output_, row.row) : std::string());
    }
    rows_out_ += output_.rows + taken_back_.rows - std::min(refused.size(), output_.rows);
}

bool RunningPipeline::changes_engine() const {
    return graph_->changes_engine() || (sink_->is_stored() && output_.rows + taken_back_.rows > 0);
}

void RunningPipeline::apply() {
    graph_->apply();
    if (sink_->is_stored()) sink_->write_all(taken_back_, output_);
}

void RunningPipeline::settle() {
    has_changes_ = false;
    graph_->settle();
    if (sink_->is_stored()) rows_out_ += output_.rows + taken_back_.rows;
    check_state_limit();
}

void RunningPipeline::apply_apart() {
    has_changes_ = false;
    try {
        engine_.begin();
        graph_->apply();
        engine_.commit();
        graph_->settle();
    } catch (...) {
        engine_.rollback();
        fail(failure_reason(std::current_exception()));
        return;
    }
    try {
        if (sink_->is_stored() && output_.rows + taken_back_.rows > 0) write_rows();
        check_state_limit();
    } catch (...) {
        fail(failure_reason(std::current_exception()));
    }
}

void RunningPipeline::forget_acknowledgements() {
    engine_.forget_acknowledgements(first_acknowledgement_, end_of_acknowledgements_);
}

void RunningPipeline::check_state_limit() {
    if (!state_limit_ || graph_->state_rows() <= *state_limit_) return;
    try {
        graph_->sum_up();
    } catch (...) {
        return fail(failure_reason(std::current_exception()));
    }
    if (graph_->state_rows() <= *state_limit_) return;
    fail(
        fmt::format("its state has grown beyond its state_limit of {} rows; bound it by a window, a time "
                    "bound in the join or a filter, or create it anew with a higher state_limit",
                    *state_limit_));
}

void RunningPipeline::release() {
    output_.rows = 0;
    taken_back_.rows = 0;
    output_marks_.clear();
    for (Source& source : sources_) {
        if (source.upstream_slot) source.upstream_slot->set_rows(nullptr);
        if (source.typed_slot) source.typed_slot->set_batch(nullptr);
        source.typed_rows = 0;
        source.typed_batch = nullptr;
        if (source.own_stream) source.own_stream->release(graph_ && state_ != PipelineState::failed);
    }
}

bool RunningPipeline::can_accept() {
    if (state_ == PipelineState::failed) return true;  // Its inputs must not stand still for the others.
    return state_ != PipelineState::paused && flush_sink();
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

bool RunningPipeline::reads(const StreamInput& stream) const noexcept {
    return std::any_of(sources_.begin(), sources_.end(),
                       [&](const Source& source) { return source.stream == &stream; });
}

void RunningPipeline::pause() noexcept {
    if (state_ != PipelineState::failed) state_ = PipelineState::paused;
}

void RunningPipeline::resume() noexcept {
    if (state_ == PipelineState::paused) state_ = graph_ ? PipelineState::running : PipelineState::waiting_for_types;
}

void RunningPipeline::fail(const std::string& reason) {
    if (state_ == PipelineState::failed) return;  // What follows from a failure does not tell why.
    state_ = PipelineState::failed;
    last_error_ = reason;
    // Of rows that were made when it failed nobody knows whether they are all.
    has_changes_ = false;
    output_.rows = 0;
    taken_back_.rows = 0;
    spdlog::error("[{}] pipeline failed: {}", name_, reason);
}

}  // namespace laminar
