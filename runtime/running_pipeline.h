#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/bound_query.h"
#include "runtime/engine/engine.h"
#include "runtime/late_typing.h"
#include "runtime/sink_writer.h"
#include "runtime/stream_input.h"

namespace laminar {

enum class PipelineState : std::uint8_t { waiting_for_types, running, paused, failed };
[[nodiscard]] std::string_view pipeline_state_name(PipelineState state) noexcept;

/// A continuous query whose steps keep no state: each batch of its inputs goes through one prepared statement to the
/// sink. Also what SUBSCRIBE runs. Engine thread only.
class RunningPipeline {
public:
    /// Where one input of the query reads from.
    struct Source {
        StreamInput* stream = nullptr;  ///< For tables and connections; shared with others when it is a table's.
        std::unique_ptr<StreamInput> own_stream;  ///< For connections: this pipeline's own.
        std::unique_ptr<LateTyping> late_typing;  ///< For connections whose columns the query does not decide.
        std::unique_ptr<BatchSlot> typed_slot;    ///< Reads what late_typing made:
        std::size_t typed_rows = 0;               ///< so many rows.
        RunningPipeline* upstream = nullptr;      ///< For pipelines.
        bool reads_past = false;               ///< For tables: rows retained before the pipeline are still to be read,
        std::int64_t past_position = 0;        ///< from this row id on;
        std::optional<ResultTable> past_rows;  ///< those being read now.
        std::unique_ptr<BatchSlot> upstream_slot;
        MessageFormat format = MessageFormat::json;
    };
    /// Makes the sink once the query's columns are known.
    using SinkMaker = std::function<std::unique_ptr<SinkWriter>(Engine&, const std::vector<OutputColumn>&)>;

    RunningPipeline(Engine& engine, std::string name, BoundQuery query, std::vector<Source> sources,
                    std::vector<OutputColumn> sink_columns, SinkMaker make_sink);
    ~RunningPipeline();
    RunningPipeline(const RunningPipeline&) = delete;
    RunningPipeline& operator=(const RunningPipeline&) = delete;

    /// Takes what has arrived for the inputs that are its own. True when something has.
    bool advance_own_inputs();
    /// A pipeline begins with the rows that its tables retained when it was made, part by part, before any new ones.
    [[nodiscard]] bool reads_past() const noexcept;
    void begin_past_rows();
    void end_past_rows();
    /// True when an input has a batch at hand.
    [[nodiscard]] bool has_input() const noexcept;
    /// Runs the query over the batches at hand and writes the result.
    void process();
    void release();

    /// False while it must not be given more: paused, or its sink has not taken everything.
    [[nodiscard]] bool can_accept();
    [[nodiscard]] bool flush_sink() { return !sink_ || sink_->flush(); }
    [[nodiscard]] bool reads(const StreamInput& stream) const noexcept;
    [[nodiscard]] bool reads(const RunningPipeline& pipeline) const noexcept;

    void pause() noexcept;
    void resume() noexcept;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const BoundQuery& query() const noexcept { return query_; }
    [[nodiscard]] PipelineState state() const noexcept { return state_; }
    [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }
    [[nodiscard]] std::uint64_t rows_in() const noexcept { return rows_in_; }
    [[nodiscard]] std::uint64_t rows_out() const noexcept { return rows_out_; }
    [[nodiscard]] std::uint64_t failed_rows() const noexcept { return failed_rows_; }
    [[nodiscard]] std::uint64_t undeliverable() const { return sink_ ? sink_->undeliverable() : 0; }
    [[nodiscard]] const std::vector<Source>& sources() const noexcept { return sources_; }
    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept { return columns_; }
    /// Rows of the batch just processed; null when none.
    [[nodiscard]] const ResultTable* output() const noexcept { return output_ ? &*output_ : nullptr; }
    /// The statement it runs, once it is known.
    [[nodiscard]] const std::string& sql() const noexcept { return sql_; }

private:
    bool prepare();
    void execute();
    void keep_output(ResultTable result);
    [[nodiscard]] static std::size_t rows_at_hand(const Source& source) noexcept;
    [[nodiscard]] BatchSlot* only_input(std::size_t& rows) noexcept;
    void refuse_row(const std::string& reason);
    std::string input_sql(std::size_t index);
    void fail(const EngineError& error);

    Engine& engine_;
    std::string name_;
    BoundQuery query_;
    std::vector<Source> sources_;
    std::vector<OutputColumn> sink_columns_;
    SinkMaker make_sink_;
    std::unique_ptr<SinkWriter> sink_;
    std::unique_ptr<PreparedQuery> statement_;
    std::string sql_;
    std::vector<OutputColumn> columns_;
    std::optional<ResultTable> output_;
    PipelineState state_ = PipelineState::running;
    std::string last_error_;
    std::uint64_t rows_in_ = 0;
    std::uint64_t rows_out_ = 0;
    std::uint64_t failed_rows_ = 0;
};

}  // namespace laminar
