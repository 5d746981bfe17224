#include "runtime/flow/stream_graph.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/engine/failure_reason.h"

namespace laminar {

void StreamGraph::add_table(const std::string& name, std::unique_ptr<StreamInput> input) {
    tables_[fold_case(name)] = std::move(input);
}

StreamInput* StreamGraph::find_table(std::string_view name) noexcept {
    const auto found = tables_.find(fold_case(name));
    return found == tables_.end() ? nullptr : found->second.get();
}

void StreamGraph::remove_table(std::string_view name) { tables_.erase(fold_case(name)); }

RunningPipeline& StreamGraph::add_pipeline(std::unique_ptr<RunningPipeline> pipeline, std::string sink,
                                           std::string stored_sink) {
    pipelines_.push_back({std::move(pipeline), std::move(sink), std::move(stored_sink)});
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

void StreamGraph::set_retries(std::string_view connection, unsigned retries) noexcept {
    for (const Entry& entry : pipelines_) entry.pipeline->set_retries(connection, retries);
}

void StreamGraph::clear(bool with_engine) {
    for (auto& [name, input] : tables_) {
        if (RetainedTable* retained = input->retained(); retained && with_engine) retained->leave_to_engine();
    }
    // Readers before what they read.
    while (!pipelines_.empty()) pipelines_.pop_back();
    tables_.clear();
}

/// A pipeline whose reader stands still must stand still as well. Readers come after what they read: one pass back from
/// the last tells it all.
void StreamGraph::find_out_who_accepts() {
    for (const Entry& entry : pipelines_) entry.pipeline->set_accepting(entry.pipeline->can_accept());
    for (auto entry = pipelines_.rbegin(); entry != pipelines_.rend(); ++entry) {
        if (entry->pipeline->is_accepting()) continue;
        for (const auto& source : entry->pipeline->sources()) {
            if (source.upstream) source.upstream->set_accepting(false);
        }
    }
}

bool StreamGraph::is_held_back(const StreamInput& input) {
    return std::any_of(pipelines_.begin(), pipelines_.end(), [&](const Entry& entry) {
        return entry.pipeline->reads(input) && (entry.pipeline->reads_past() || !entry.pipeline->is_accepting());
    });
}

bool StreamGraph::cycle(Engine& engine, bool at_once) {
    const std::uint64_t rows_before = rows_in_;
    const std::uint64_t bytes_before = bytes_in_;
    find_out_who_accepts();
    bool moved = take_in(at_once);
    moved = process(at_once) || moved;
    // Operators let rows wait: what comes in changes the engine now or later.
    if (has_changes()) {
        rows_to_change_ += rows_in_ - rows_before;
        bytes_to_change_ += bytes_in_ - bytes_before;
    }
    if (change_engine(engine)) {
        rows_changed_ += std::exchange(rows_to_change_, 0);
        bytes_changed_ += std::exchange(bytes_to_change_, 0);
    }
    moved = make_known() || moved;
    for (const Entry& entry : pipelines_) entry.pipeline->release();
    for (auto& [name, input] : tables_) {
        const std::size_t rows = input->batch_rows();
        try {
            input->retain();
        } catch (...) {
            const std::string reason = failure_reason(std::current_exception());
            input->fail(reason);
            fail_readers(*input, name, reason);
        }
        input->release();
        if (rows > 0) progress_.add_rows(name, rows);
    }
    if (!moved) {
        // A sink may have got rid of its backlog meanwhile: what was held back can move on at once.
        for (const Entry& entry : pipelines_) (void)entry.pipeline->flush_sink();
    }
    return moved;
}

void StreamGraph::maintain(RetainedTable& retained) {
    retained.maintain();
    const RetainedTable::Deleted deleted = retained.take_deleted();
    rows_deleted_ += deleted.rows;
    bytes_deleted_ += deleted.bytes;
}

/// Rows of tables: to the hands of their readers. What is retained of them is what retain() gives, later.
bool StreamGraph::take_in(bool at_once) {
    bool moved = false;
    for (auto& [name, input] : tables_) {
        try {
            if (RetainedTable* retained = input->retained(); retained && !ending_) maintain(*retained);
            if (is_held_back(*input)) continue;
            if (!input->advance(at_once)) continue;
        } catch (...) {
            // The rows cannot be stored or given their defaults; readers must not see half of it, nor go on without it.
            const std::string reason = failure_reason(std::current_exception());
            input->fail(reason);
            fail_readers(*input, name, reason);
            moved = true;
            continue;
        }
        moved = true;
        rows_in_ += input->batch_rows();
        bytes_in_ += input->batch().bytes;
    }
    return moved;
}

void StreamGraph::fail_readers(const StreamInput& input, std::string_view table, const std::string& reason) {
    for (const Entry& entry : pipelines_) {
        if (entry.pipeline->reads(input))
            entry.pipeline->fail(fmt::format("table \"{}\", which it reads, failed: {}", table, reason));
    }
}

bool StreamGraph::process(bool at_once) {
    bool moved = false;
    for (const Entry& entry : pipelines_) {
        RunningPipeline& pipeline = *entry.pipeline;
        bool advanced = false;
        try {
            advanced = pipeline.is_accepting() && pipeline.advance_own_inputs(at_once);
        } catch (...) {
            pipeline.fail(failure_reason(std::current_exception()));
            moved = true;
        }
        if (advanced) {
            moved = true;
            for (const auto& source : pipeline.sources()) {
                if (!source.own_stream || source.own_stream->batch_rows() == 0) continue;
                rows_in_ += source.own_stream->batch_rows();
                bytes_in_ += source.own_stream->batch().bytes;
            }
        }
        if (pipeline.reads_past() && pipeline.is_accepting()) {
            moved = true;
            pipeline.begin_past_rows();
        }
        if (pipeline.has_input() || (pipeline.watches_time() && pipeline.is_accepting())) {
            pipeline.process();
            pipeline.end_past_rows();
        }
        pipeline.look_at_end();
    }
    return moved;
}

bool StreamGraph::has_changes() const {
    return std::any_of(pipelines_.begin(), pipelines_.end(),
                       [](const Entry& entry) { return entry.pipeline->has_changes(); });
}

/// Everything that the cycle changes in the engine holds, or nothing of it: what a database in a file would be found
/// with after a crash is the end of a cycle. False: it changes nothing.
bool StreamGraph::change_engine(Engine& engine) {
    std::vector<RunningPipeline*> changing;
    for (const Entry& entry : pipelines_) {
        if (entry.pipeline->has_changes()) changing.push_back(entry.pipeline.get());
    }
    const bool executes = std::any_of(changing.begin(), changing.end(),
                                      [](const RunningPipeline* pipeline) { return pipeline->changes_engine(); });
    try {
        if (executes) engine.begin();
        for (RunningPipeline* pipeline : changing) pipeline->apply();
        if (executes) engine.commit();
        for (RunningPipeline* pipeline : changing) pipeline->settle();
        return executes;
    } catch (...) {
        if (executes) engine.rollback();
        spdlog::debug("the changes of a cycle are made pipeline by pipeline: {}",
                      failure_reason(std::current_exception()));
    }
    // One of them is at fault, and the others shall not stop for it.
    for (RunningPipeline* pipeline : changing) pipeline->apply_apart();
    for (auto pipeline = changing.rbegin(); pipeline != changing.rend(); ++pipeline) {
        if ((*pipeline)->state() == PipelineState::failed) (*pipeline)->forget_acknowledgements();
    }
    return true;
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
    while (cycle(engine, true)) {
        if (std::chrono::steady_clock::now() >= deadline) return is_dry();
    }
    return is_dry();
}

void StreamGraph::for_each_input(const std::function<void(const StreamInput&)>& visit) const {
    for (const auto& [name, input] : tables_) visit(*input);
    for (const Entry& entry : pipelines_) {
        for (const auto& source : entry.pipeline->sources()) {
            if (source.own_stream) visit(*source.own_stream);
        }
    }
}

std::optional<std::chrono::steady_clock::time_point> StreamGraph::next_batch_due() const {
    std::optional<std::chrono::steady_clock::time_point> next;
    for_each_input([&](const StreamInput& input) {
        const auto due = input.shared_channel()->batch_due();
        if (due && (!next || *due < *next)) next = due;
    });
    return next;
}

std::map<std::string, std::vector<FailedRow>> StreamGraph::take_failures() {
    std::map<std::string, std::vector<FailedRow>> failures;
    const auto add = [&](std::vector<FailedRow> rows) {
        for (FailedRow& row : rows) failures[fold_case(row.connection)].push_back(std::move(row));
    };
    for (auto& [name, input] : tables_) add(input->take_failures());
    for (const Entry& entry : pipelines_) {
        add(entry.pipeline->take_failures());
        for (const auto& source : entry.pipeline->sources()) {
            if (source.own_stream) add(source.own_stream->take_failures());
        }
    }
    return failures;
}

bool StreamGraph::is_dry() {
    bool dry = true;
    for_each_input([&](const StreamInput& input) { dry = dry && input.shared_channel()->pending_messages() == 0; });
    for (const Entry& entry : pipelines_) dry = dry && !entry.pipeline->reads_past() && entry.pipeline->flush_sink();
    return dry;
}

void StreamGraph::end_inputs() {
    for (const Entry& entry : pipelines_) entry.pipeline->end_inputs();
}

bool StreamGraph::has_finished() const {
    for (const Entry& entry : pipelines_) entry.pipeline->look_at_end();
    return std::none_of(pipelines_.begin(), pipelines_.end(),
                        [](const Entry& entry) { return entry.pipeline->owes_last_rows(); });
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
                            pipeline->graph() ? pipeline->graph()->watermark() : StreamTime()});
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

bool StreamGraph::reads_past() const {
    return std::any_of(pipelines_.begin(), pipelines_.end(),
                       [](const Entry& entry) { return entry.pipeline->reads_past(); });
}

}  // namespace laminar
