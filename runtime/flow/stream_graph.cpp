#include "runtime/flow/stream_graph.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/storage/crash_point.h"

namespace laminar {

void StreamGraph::add_table(const std::string& name, std::unique_ptr<StreamInput> input) {
    tables_[fold_case(name)] = std::move(input);
    share_out_latency();
}

StreamInput* StreamGraph::find_table(std::string_view name) noexcept {
    const auto found = tables_.find(fold_case(name));
    return found == tables_.end() ? nullptr : found->second.get();
}

void StreamGraph::remove_table(std::string_view name) { tables_.erase(fold_case(name)); }

RunningPipeline& StreamGraph::add_pipeline(std::unique_ptr<RunningPipeline> pipeline, std::string sink,
                                           std::string stored_sink) {
    const std::uint64_t rows_in = pipeline->rows_in();
    const std::uint64_t rows_out = pipeline->rows_out();
    pipelines_.push_back({std::move(pipeline), std::move(sink), std::move(stored_sink), rows_in, rows_out});
    share_out_latency();
    return *pipelines_.back().pipeline;
}

RunningPipeline* StreamGraph::find_pipeline(std::string_view name) noexcept {
    for (const Entry& entry : pipelines_) {
        if (equals_ignoring_case(entry.pipeline->name(), name)) return entry.pipeline.get();
    }
    return nullptr;
}

void StreamGraph::remove_pipeline(std::string_view name) {
    std::erase_if(pipelines_, [&](const Entry& entry) { return equals_ignoring_case(entry.pipeline->name(), name); });
    share_out_latency();
}

std::vector<std::string> StreamGraph::readers_of(std::string_view object) const {
    std::vector<std::string> names;
    for (const Entry& entry : pipelines_) {
        const std::vector<QueryInput>& inputs = entry.pipeline->query().inputs;
        if (std::any_of(inputs.begin(), inputs.end(), [&](const QueryInput& input) {
                return input.kind != InputKind::system_table && equals_ignoring_case(input.object, object);
            }))
            names.push_back(entry.pipeline->name());
    }
    return names;
}

void StreamGraph::begin_anew(std::string_view connection) {
    for (const auto& [name, input] : tables_) (void)input->begin_anew(connection);
    for (const Entry& entry : pipelines_) entry.pipeline->begin_anew(connection);
}

void StreamGraph::set_retries(std::string_view connection, unsigned retries) noexcept {
    for (const Entry& entry : pipelines_) entry.pipeline->set_retries(connection, retries);
}

std::uint64_t StreamGraph::least_place(std::string_view connection) const {
    std::optional<std::uint64_t> least;
    for_each_input([&](const StreamInput& input) {
        const std::optional<std::uint64_t> place = input.place(connection);
        if (place) least = std::min(least.value_or(*place), *place);
    });
    return least.value_or(0);
}

bool StreamGraph::awaits_state(std::string_view state) const {
    return std::any_of(pipelines_.begin(), pipelines_.end(), [&](const Entry& entry) {
        return !entry.pipeline->graph() && state.starts_with(entry.pipeline->key() + ":");
    });
}

void StreamGraph::clear(bool with_engine) {
    for (auto& [name, input] : tables_) {
        if (RetainedTable* retained = input->retained(); retained && with_engine) retained->leave_to_engine();
    }
    // Readers before what they read.
    while (!pipelines_.empty()) pipelines_.pop_back();
    release_ = {};
    tables_.clear();
}

bool StreamGraph::cycle(Engine& engine, TakeIn wanted) {
    if (!commit_failure_.empty()) return false;
    if (has_room_ && !has_room_(engine)) {
        stand_still();
        return false;
    }
    const std::uint64_t rows_before = rows_in_;
    const std::uint64_t bytes_before = bytes_in_;
    begin_cycle();
    bool moved = take_in_tables(wanted);
    moved = run_pipelines(wanted) || moved;
    change_engine(engine, rows_in_ - rows_before, bytes_in_ - bytes_before);
    if (commit_failure_.empty()) {
        for (const Entry& entry : pipelines_) entry.pipeline->hold_departure(release_);
        release_.release(release_.seal());
        crash_point("cycle.left");
    }
    for (const Entry& entry : pipelines_) entry.pipeline->fail_with_upstream();
    moved = make_known() || moved;
    end_cycle();
    if (!moved) {
        // A sink may have got rid of its backlog meanwhile: what was held back can move on at once.
        for (const Entry& entry : pipelines_) (void)entry.pipeline->flush_sink();
    }
    return moved;
}

/// Nothing is taken in. What tables need not retain any more goes all the same, and so does what waits for its
/// receiver.
void StreamGraph::stand_still() {
    for (auto& [name, input] : tables_) {
        (void)guard(name, *input, [&, &stream = *input] {
            if (RetainedTable* retained = stream.retained(); retained && !ending_) maintain(*retained);
        });
    }
    for (const Entry& entry : pipelines_) (void)entry.pipeline->flush_sink();
}

void StreamGraph::save_times() const {
    for (const Entry& entry : pipelines_) entry.pipeline->save_time();
}

/// A pipeline whose reader stands still must stand still as well. Readers come after what they read: one pass back from
/// the last tells it all.
void StreamGraph::begin_cycle() {
    for (EngineChange* change : further_changes_) change->before_intake();
    for (const Entry& entry : pipelines_) entry.pipeline->begin_cycle();
    for (auto entry = pipelines_.rbegin(); entry != pipelines_.rend(); ++entry) entry->pipeline->pass_on_standstill();
}

bool StreamGraph::is_held_back(const StreamInput& input) const {
    return std::any_of(pipelines_.begin(), pipelines_.end(), [&](const Entry& entry) {
        const RunningPipeline& pipeline = *entry.pipeline;
        return pipeline.inputs().read(input) && (pipeline.reads_past_rows() || !pipeline.is_accepting());
    });
}

/// Rows of tables: to the hands of their readers. What is retained of them is what retain() gives, later.
bool StreamGraph::take_in_tables(TakeIn wanted) {
    bool moved = false;
    for (auto& [name, input] : tables_) {
        const auto take_in = [&, &stream = *input] {
            if (RetainedTable* retained = stream.retained(); retained && !ending_) maintain(*retained);
            if (is_held_back(stream) || !stream.advance(wanted)) return;
            moved = true;
            rows_in_ += stream.batch_rows();
            bytes_in_ += stream.batch().bytes;
        };
        // The rows cannot be stored or given their defaults; readers must not see half of it, nor go on without it.
        if (!guard(name, *input, take_in)) moved = true;
    }
    return moved;
}

bool StreamGraph::guard(const std::string& name, StreamInput& input, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (...) {
        const std::string reason = failure_reason(std::current_exception());
        input.fail(reason);
        fail_readers(input, name, reason);
        return false;
    }
}

void StreamGraph::maintain(RetainedTable& retained) {
    retained.maintain();
    const RetainedTable::Deleted deleted = retained.take_deleted();
    rows_deleted_ += deleted.rows;
    bytes_deleted_ += deleted.bytes;
}

void StreamGraph::fail_readers(const StreamInput& input, std::string_view table, const std::string& reason) {
    for (const Entry& entry : pipelines_) {
        if (entry.pipeline->inputs().read(input))
            entry.pipeline->fail(fmt::format("table \"{}\", which it reads, failed: {}", table, reason));
    }
}

bool StreamGraph::run_pipelines(TakeIn wanted) {
    bool moved = false;
    for (const Entry& entry : pipelines_) {
        const PipelineInputs::Taken taken = entry.pipeline->run(wanted);
        moved = moved || taken.any;
        rows_in_ += taken.rows;
        bytes_in_ += taken.bytes;
    }
    return moved;
}

void StreamGraph::change_engine(Engine& engine, std::uint64_t rows, std::uint64_t bytes) {
    std::vector<EngineChange*> changes;
    for (EngineChange* change : further_changes_) change->look();
    for (const Entry& entry : pipelines_) entry.pipeline->look();
    for (EngineChange* change : further_changes_) {
        if (change->has_changes()) changes.push_back(change);
    }
    for (const auto& [name, input] : tables_) {
        if (input->has_changes()) changes.push_back(input.get());
    }
    for (const Entry& entry : pipelines_) {
        if (entry.pipeline->has_changes()) changes.push_back(entry.pipeline.get());
    }
    if (changes.empty()) return;
    // Operators let rows wait: what comes in changes the engine now or later.
    if (store_) forget_failed_messages();
    rows_to_change_ += rows;
    bytes_to_change_ += bytes;
    try {
        if (!laminar::change_engine(engine, changes, store_)) return;
    } catch (const EngineException& problem) {
        commit_failure_ = problem.what();
        return;
    }
    ++commits_;
    rows_changed_ += std::exchange(rows_to_change_, 0);
    bytes_changed_ += std::exchange(bytes_to_change_, 0);
}

void StreamGraph::commit_rest(Engine& engine) {
    if (commit_failure_.empty()) change_engine(engine, 0, 0);
}

/// They are not acknowledged, and come again.
void StreamGraph::forget_failed_messages() {
    std::set<std::string> failed;
    for (const auto& [name, input] : tables_) input->add_failed_messages(failed);
    for (const Entry& entry : pipelines_) entry.pipeline->add_failed_messages(failed);
    if (failed.empty()) return;
    for (const auto& [name, input] : tables_) input->forget_messages(failed);
    for (const Entry& entry : pipelines_) entry.pipeline->forget_messages(failed);
}

void StreamGraph::end_cycle() {
    for (const Entry& entry : pipelines_) entry.pipeline->end_cycle();
    for (auto& [name, input] : tables_) {
        const std::size_t rows = input->batch_rows();
        (void)guard(name, *input, [&stream = *input] { stream.retain(); });
        input->release();
        if (rows > 0) progress_.add_rows(name, rows);
    }
}

/// Tells who waits for rows of pipelines and stored tables. True when there are new ones.
bool StreamGraph::make_known() {
    bool any = false;
    for (Entry& entry : pipelines_) {
        RunningPipeline& pipeline = *entry.pipeline;
        const std::uint64_t read = pipeline.rows_in() - std::exchange(entry.rows_in, pipeline.rows_in());
        if (read > 0) progress_.add_rows_read(pipeline.name(), read);
        const std::uint64_t written = pipeline.rows_out() - std::exchange(entry.rows_out, pipeline.rows_out());
        if (written > 0) {
            any = true;
            rows_out_ += written;
            progress_.add_rows(pipeline.name(), written);
            if (!entry.stored_sink.empty()) progress_.add_rows(entry.stored_sink, written);
        }
        if (pipeline.state() == PipelineState::failed) progress_.notify();
    }
    return any;
}

bool StreamGraph::run_dry(Engine& engine, std::chrono::steady_clock::time_point deadline) {
    ending_ = true;
    while (cycle(engine, TakeIn::everything)) {
        if (std::chrono::steady_clock::now() >= deadline) return is_dry();
    }
    return is_dry();
}

void StreamGraph::for_each_input(const std::function<void(const StreamInput&)>& visit) const {
    for (const auto& [name, input] : tables_) visit(*input);
    for (const Entry& entry : pipelines_) {
        for (const auto& input : entry.pipeline->inputs().all()) {
            if (const StreamInput* own = input->own_stream()) visit(*own);
        }
    }
}

std::map<std::string, std::vector<FailedRow>> StreamGraph::take_failures() {
    std::map<std::string, std::vector<FailedRow>> failures;
    const auto add = [&](std::vector<FailedRow> rows) {
        for (FailedRow& row : rows) failures[fold_case(row.connection)].push_back(std::move(row));
    };
    for (auto& [name, input] : tables_) add(input->take_failures());
    for (const Entry& entry : pipelines_) add(entry.pipeline->take_failures());
    return failures;
}

bool StreamGraph::is_dry() {
    bool dry = true;
    for_each_input([&](const StreamInput& input) { dry = dry && input.shared_channel()->pending_messages() == 0; });
    for (const Entry& entry : pipelines_)
        dry = dry && (!entry.pipeline->reads_past_rows() || entry.pipeline->state() == PipelineState::paused) &&
              entry.pipeline->flush_sink();
    return dry;
}

void StreamGraph::end_inputs() {
    for (const Entry& entry : pipelines_) entry.pipeline->end_inputs();
}

bool StreamGraph::has_finished() const {
    for (const Entry& entry : pipelines_) entry.pipeline->look_at_end();
    return std::none_of(pipelines_.begin(), pipelines_.end(),
                        [](const Entry& entry) { return entry.pipeline->has_last_rows_to_deliver(); });
}

bool StreamGraph::has_inputs() const {
    bool any = false;
    for_each_input([&](const StreamInput&) { any = true; });
    return any;
}

std::vector<PipelineStatus> StreamGraph::pipeline_statuses() const {
    std::vector<PipelineStatus> statuses;
    statuses.reserve(pipelines_.size());
    for (const auto& [pipeline, sink, stored_sink, rows_in, rows_out] : pipelines_) {
        statuses.push_back({pipeline->name(), pipeline->state(), sink, pipeline->rows_in(), pipeline->rows_out(),
                            pipeline->failed_rows(), pipeline->undeliverable(), pipeline->last_error(),
                            pipeline->late_rows(), pipeline->graph() ? pipeline->graph()->state_rows() : 0,
                            pipeline->graph() ? pipeline->graph()->state_bytes() : 0,
                            pipeline->graph() ? pipeline->graph()->watermark() : StreamTime(), pipeline->cycle_time(),
                            pipeline->latency()});
    }
    return statuses;
}

std::string StreamGraph::failure() const {
    for (const auto& [name, input] : tables_) {
        if (!input->failure().empty()) return fmt::format("table \"{}\" failed: {}", name, input->failure());
    }
    for (const Entry& entry : pipelines_) {
        const RunningPipeline& pipeline = *entry.pipeline;
        if (pipeline.state() == PipelineState::failed)
            return fmt::format("pipeline \"{}\" failed: {}", pipeline.name(), pipeline.last_error());
    }
    return {};
}

bool StreamGraph::reads_past_rows() const {
    return std::any_of(pipelines_.begin(), pipelines_.end(),
                       [](const Entry& entry) { return entry.pipeline->reads_past_rows(); });
}

}  // namespace laminar
