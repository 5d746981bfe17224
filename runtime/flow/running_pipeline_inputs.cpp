// How a pipeline takes in what has arrived: own streams, tables, other pipelines, rows from before it began.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "parser/text/ascii.h"
#include "runtime/engine/failure_reason.h"
#include "runtime/flow/rows/failed_rows.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/running_pipeline.h"

namespace laminar {

namespace {

/// A few of the engine's vectors: large enough for the cost of a statement, small enough to hold.
constexpr std::size_t past_rows_at_once = 20'480;

}  // namespace

bool RunningPipeline::advance_own_inputs(bool at_once) {
    // Until the query is planned nothing can be done with rows: they wait in their channels for those that decide the
    // types of the others.
    const bool undecided = std::any_of(sources_.begin(), sources_.end(), [](const Source& source) {
        return source.late_typing && !source.late_typing->schema() &&
               source.own_stream->shared_channel()->pending_messages() == 0;
    });
    if (undecided) return false;
    bool advanced = false;
    for (Source& source : sources_) {
        if (!source.own_stream || !source.own_stream->advance(at_once)) continue;
        advanced = true;
        if (source.late_typing) {
            ColumnBatch* typed = typed_batch(source);
            tell_of_fields_left_out(source);
            if (!typed) continue;
            if (!source.typed_slot)
                source.typed_slot = engine_.create_batch_slot(source.own_stream->key() + ":typed", typed->schema);
            source.typed_slot->set_batch(typed);
            source.typed_rows = typed->rows;
            source.typed_batch = typed;
        }
    }
    return advanced;
}

/// The batch at hand of a source with late typing, typed; null while the types are not known.
ColumnBatch* RunningPipeline::typed_batch(Source& source) {
    LateTyping& typing = *source.late_typing;
    ColumnBatch& batch = source.own_stream->batch();
    const bool was_known = static_cast<bool>(typing.schema());
    if (was_known && batch.schema == typing.schema()) return &batch;
    ColumnBatch* typed = typing.decode(batch);
    if (!was_known && typed) source.own_stream->channel().redefine(typing.schema(), typing.make_decoder());
    return typed;
}

void RunningPipeline::tell_of_fields_left_out(Source& source) {
    const std::string report = source.late_typing->take_report();
    if (report.empty()) return;
    spdlog::warn("[{}] connection \"{}\": {}", name_, source.connection, report);
    FailedRow failure;
    failure.connection = source.connection;
    failure.consumer = name_;
    failure.reason = report;
    failure.kind = FailedRow::Kind::left_out;
    add_failure(failures_, std::move(failure));
}

bool RunningPipeline::reads_past() const noexcept {
    return state_ != PipelineState::failed &&
           std::any_of(sources_.begin(), sources_.end(), [](const Source& source) { return source.reads_past; });
}

void RunningPipeline::begin_past_rows() {
    for (Source& source : sources_) {
        if (!source.reads_past) continue;
        try {
            source.past_rows = std::make_shared<const ResultTable>(
                source.stream->retained()->read(source.past_position, past_rows_at_once));
        } catch (...) {
            fail(failure_reason(std::current_exception()));
            return;
        }
        if (source.past_rows->rows > 0) {
            source.stream->slot().set_rows(source.past_rows.get());
            // Whoever reads the same table sees them now, too: its slot is theirs.
            for (Source& other : sources_) {
                if (&other == &source || !other.reads_past || other.stream != source.stream) continue;
                other.past_position = source.past_position;
                other.past_rows = source.past_rows;
            }
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

std::size_t RunningPipeline::rows_at_hand(const Source& source, bool removed) noexcept {
    if (source.upstream) {
        const ResultTable* rows = removed ? source.upstream->taken_back() : source.upstream->output();
        return rows ? rows->rows : 0;
    }
    if (removed) return 0;
    if (source.past_rows) return source.past_rows->rows;
    if (source.typed_slot) return source.typed_rows;
    return source.stream ? source.stream->batch_rows() : 0;
}

bool RunningPipeline::has_input() const noexcept {
    return std::any_of(sources_.begin(), sources_.end(),
                       [](const Source& source) { return rows_at_hand(source) > 0 || rows_at_hand(source, true) > 0; });
}

std::string RunningPipeline::input_sql(std::size_t index, bool numbered) {
    Source& source = sources_[index];
    const QueryInput& input = query_.inputs[index];
    const auto text_of = [&](const BatchSlot& slot) { return numbered ? slot.numbered_from_sql() : slot.from_sql(); };
    const std::string position = numbered ? row_position_column : "";
    switch (input.kind) {
        case InputKind::stream_table:
            return scan_sql(input, source.content, text_of(source.stream->slot()), position);
        case InputKind::connection:
            if (source.late_typing)
                return scan_sql(source.late_typing->input(), source.content, text_of(*source.typed_slot), position);
            return scan_sql(input, source.content, text_of(source.stream->slot()), position);
        case InputKind::stored_table:
            return engine_table_name(input.object);
        case InputKind::pipeline:
            return text_of(*source.upstream_slot);
        case InputKind::system_table:
            return "laminar_system('" + input.object + "')";
    }
    return {};
}

}  // namespace laminar
