#include "runtime/running_pipeline.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "parser/sql_writer.h"
#include "runtime/row_isolation.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

/// A few of the engine's vectors: large enough for the cost of a statement, small enough to hold.
constexpr std::size_t past_rows_at_once = 20'480;

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

RunningPipeline::RunningPipeline(Engine& engine, std::string name, BoundQuery query, std::vector<Source> sources,
                                 std::vector<OutputColumn> sink_columns, SinkMaker make_sink)
    : engine_(engine),
      name_(std::move(name)),
      query_(std::move(query)),
      sources_(std::move(sources)),
      sink_columns_(std::move(sink_columns)),
      make_sink_(std::move(make_sink)) {
    // Where all types are known, mistakes that only the engine sees surface now, at the statement that made the
    // pipeline.
    if (!prepare()) state_ = PipelineState::waiting_for_types;
}

RunningPipeline::~RunningPipeline() { release(); }

bool RunningPipeline::advance_own_inputs() {
    bool advanced = false;
    for (Source& source : sources_) {
        if (!source.own_stream || !source.own_stream->advance()) continue;
        advanced = true;
        if (source.late_typing) {
            const ColumnBatch* typed = source.late_typing->decode(source.own_stream->batch());
            if (!typed) continue;
            if (!source.typed_slot)
                source.typed_slot = engine_.create_batch_slot(source.own_stream->key() + ":typed", typed->schema);
            source.typed_slot->set_batch(typed);
            source.typed_rows = typed->rows;
        }
    }
    return advanced;
}

bool RunningPipeline::reads_past() const noexcept {
    return state_ != PipelineState::failed &&
           std::any_of(sources_.begin(), sources_.end(), [](const Source& source) { return source.reads_past; });
}

void RunningPipeline::begin_past_rows() {
    for (Source& source : sources_) {
        if (!source.reads_past) continue;
        source.past_rows = source.stream->retained()->read(source.past_position, past_rows_at_once);
        if (source.past_rows->rows > 0) {
            source.stream->slot().set_rows(&*source.past_rows);
            return;
        }
        source.past_rows.reset();
        source.reads_past = false;
    }
}

void RunningPipeline::end_past_rows() {
    for (Source& source : sources_) {
        if (!source.past_rows) continue;
        source.stream->slot().set_rows(nullptr);
        source.past_rows.reset();
    }
}

std::size_t RunningPipeline::rows_at_hand(const Source& source) noexcept {
    if (source.past_rows) return source.past_rows->rows;
    if (source.upstream) return source.upstream->output() ? source.upstream->output()->rows : 0;
    if (source.typed_slot) return source.typed_rows;
    return source.stream ? source.stream->batch_rows() : 0;
}

bool RunningPipeline::has_input() const noexcept {
    return std::any_of(sources_.begin(), sources_.end(), [](const Source& source) { return rows_at_hand(source) > 0; });
}

std::string RunningPipeline::input_sql(std::size_t index) {
    Source& source = sources_[index];
    const QueryInput& input = query_.inputs[index];
    switch (input.kind) {
        case InputKind::stream_table:
            return scan_sql(input, source.format, source.stream->rows_sql());
        case InputKind::connection:
            if (source.late_typing)
                return scan_sql(source.late_typing->input(), source.format, source.typed_slot->from_sql());
            return scan_sql(input, source.format, source.stream->rows_sql());
        case InputKind::stored_table:
            return engine_table_name(input.object);
        case InputKind::pipeline:
            return source.upstream_slot->from_sql();
        case InputKind::system_table:
            return "laminar_system('" + input.object + "')";
    }
    return {};
}

bool RunningPipeline::prepare() {
    for (std::size_t index = 0; index < sources_.size(); ++index) {
        Source& source = sources_[index];
        if (source.late_typing && !source.typed_slot) return false;
        if (source.upstream && !source.upstream_slot) {
            if (source.upstream->columns().empty()) return false;
            source.upstream_slot =
                engine_.create_row_slot(name_ + ":from:" + source.upstream->name(), source.upstream->columns());
        }
    }
    SqlWriterOptions options;
    options.scan_text = [this](const ast::BoundScan& scan) { return input_sql(scan.input); };
    sql_ = write_query(query_.query, options).text;
    if (!sink_columns_.empty()) sql_ = shape_for_sink(sql_, sink_columns_);
    statement_ = engine_.prepare(sql_);
    columns_ = statement_->columns();
    sink_ = make_sink_(engine_, columns_);
    return true;
}

void RunningPipeline::process() {
    if (state_ == PipelineState::failed) return;
    try {
        if (!statement_) {
            if (!prepare()) return;
            state_ = PipelineState::running;
        }
        for (const Source& source : sources_) {
            rows_in_ += rows_at_hand(source);
            if (source.upstream) source.upstream_slot->set_rows(source.upstream->output());
        }
        std::size_t rows = 0;
        BatchSlot* input = only_input(rows);
        if (!input) {
            execute();
            return;
        }
        const auto refused = process_in_parts(rows, [&](std::size_t first, std::size_t count) {
            if (count != rows) input->set_window(first, count);
            execute();
        });
        for (const RefusedRow& row : refused) refuse_row(row.reason);
    } catch (const EngineException& problem) {
        fail(problem.error());
    }
}

void RunningPipeline::execute() {
    ResultTable result = statement_->execute();
    if (result.rows == 0) return;
    sink_->write(result);
    rows_out_ += result.rows;
    keep_output(std::move(result));
}

void RunningPipeline::keep_output(ResultTable result) {
    if (!output_) {
        output_ = std::move(result);
        return;
    }
    // Parts of one batch: readers see them as one.
    for (std::size_t column = 0; column < result.values.size(); ++column)
        output_->values[column].append_all(result.values[column]);
    output_->rows += result.rows;
}

BatchSlot* RunningPipeline::only_input(std::size_t& rows) noexcept {
    BatchSlot* only = nullptr;
    for (Source& source : sources_) {
        const std::size_t count = rows_at_hand(source);
        if (count == 0) continue;
        if (only) return nullptr;
        if (source.upstream)
            only = source.upstream_slot.get();
        else
            only = source.typed_slot ? source.typed_slot.get() : &source.stream->slot();
        rows = count;
    }
    return only;
}

void RunningPipeline::refuse_row(const std::string& reason) {
    ++failed_rows_;
    last_error_ = reason;
    // A feed of bad rows must not flood the log: the 1st, 10th, 100th... are told.
    std::uint64_t power = 1;
    while (power < failed_rows_) power *= 10;
    if (power == failed_rows_)
        spdlog::warn("[{}] {} rows left out so far; the latest: {}", name_, failed_rows_, reason);
}

void RunningPipeline::release() {
    output_.reset();
    for (Source& source : sources_) {
        if (source.upstream_slot) source.upstream_slot->set_rows(nullptr);
        if (source.typed_slot) source.typed_slot->set_batch(nullptr);
        source.typed_rows = 0;
        if (source.own_stream) source.own_stream->release();
    }
}

bool RunningPipeline::can_accept() {
    if (state_ == PipelineState::failed) return true;  // Its inputs must not stand still for the others.
    return state_ != PipelineState::paused && flush_sink();
}

bool RunningPipeline::reads(const StreamInput& stream) const noexcept {
    return std::any_of(sources_.begin(), sources_.end(),
                       [&](const Source& source) { return source.stream == &stream; });
}

bool RunningPipeline::reads(const RunningPipeline& pipeline) const noexcept {
    return std::any_of(sources_.begin(), sources_.end(),
                       [&](const Source& source) { return source.upstream == &pipeline; });
}

void RunningPipeline::pause() noexcept {
    if (state_ != PipelineState::failed) state_ = PipelineState::paused;
}

void RunningPipeline::resume() noexcept {
    if (state_ == PipelineState::paused)
        state_ = statement_ ? PipelineState::running : PipelineState::waiting_for_types;
}

void RunningPipeline::fail(const EngineError& error) {
    state_ = PipelineState::failed;
    last_error_ = error.message;
    spdlog::error("[{}] pipeline failed: {}", name_, error.message);
}

}  // namespace laminar
