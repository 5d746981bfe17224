#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/query/bound_query.h"
#include "connectors/rows/utc_clock.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/late_typing.h"
#include "runtime/flow/operators/operator_graph.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/sink_writer.h"
#include "runtime/flow/stream_input.h"
#include "runtime/plan/stream_planner.h"

namespace laminar {

enum class PipelineState : std::uint8_t { waiting_for_types, running, paused, failed };
[[nodiscard]] std::string_view pipeline_state_name(PipelineState state) noexcept;

/// Thrown when a query cannot be answered continuously; findings tell why.
class PlanRefused : public std::exception {
public:
    explicit PlanRefused(Diagnostics findings) : findings_(std::move(findings)) {}
    [[nodiscard]] const Diagnostics& findings() const noexcept { return findings_; }
    [[nodiscard]] const char* what() const noexcept override { return "the query cannot be answered continuously"; }

private:
    Diagnostics findings_;
};

/// A continuous query at work: its inputs, the operators that keep its state, and its sink. Also what SUBSCRIBE runs.
/// Engine thread only.
class RunningPipeline final : public RowObserver {
public:
    /// Where one input of the query reads from.
    struct Source {
        StreamInput* stream = nullptr;  ///< For tables and connections; shared with others when it is a table's.
        std::unique_ptr<StreamInput> own_stream;  ///< For connections: this pipeline's own.
        std::unique_ptr<LateTyping> late_typing;  ///< For connections whose columns the query does not decide.
        std::unique_ptr<BatchSlot> typed_slot;    ///< Reads what late_typing made:
        std::size_t typed_rows = 0;               ///< so many rows.
        RunningPipeline* upstream = nullptr;      ///< For pipelines.
        bool reads_past = false;         ///< For tables: rows retained before the pipeline are still to be read,
        std::int64_t past_position = 0;  ///< from this row id on;
        std::shared_ptr<const ResultTable> past_rows;  ///< those being read now, shared by readers of one table.
        std::unique_ptr<BatchSlot> upstream_slot;
        StreamContent content;
        InputTime time;                            ///< What is declared about its event time.
        std::function<bool()> is_up;               ///< Whether its connection is up; empty where there is none.
        std::string connection;                    ///< That the rows come from; empty for pipelines and stored tables.
        unsigned retries = 0;                      ///< How often a row that cannot be processed is tried again.
        const ColumnBatch* typed_batch = nullptr;  ///< What typed_slot shows. Borrowed.
    };
    /// Makes the sink once the query's columns are known.
    using SinkMaker = std::function<std::unique_ptr<SinkWriter>(Engine&, const std::vector<OutputColumn>&)>;

    /// Throws PlanRefused and EngineException. source is the text the query stands in; aggregates outlive the pipeline.
    RunningPipeline(Engine& engine, std::string name, BoundQuery query, std::vector<Source> sources,
                    std::vector<OutputColumn> sink_columns, SinkMaker make_sink, SourceTextPtr source,
                    const FunctionNames& aggregates);
    ~RunningPipeline() override;
    RunningPipeline(const RunningPipeline&) = delete;
    RunningPipeline& operator=(const RunningPipeline&) = delete;

    /// Under the name given when it is made its state and slots are known in the engine, so that one can be prepared
    /// beside another that it will replace; from now on it goes by this one. Before the first batch.
    void take_name(std::string name) { name_ = std::move(name); }

    /// Puts it out of work for good: for what it cannot go on after. Its inputs are taken in and dropped from then on.
    void fail(const std::string& reason);

    /// In the place of the system's clock.
    void set_wall_clock(std::function<std::int64_t()> clock) { wall_clock_ = std::move(clock); }

    /// With more rows of state than this it fails; nullopt: no limit. Without a call, the default of the option.
    void set_state_limit(std::optional<std::uint64_t> rows) noexcept { state_limit_ = rows; }

    /// ALTER CONNECTION may change how often its rows are tried again. Of several pipelines, each after those it reads.
    void set_retries(std::string_view connection, unsigned retries) noexcept;

    /// Takes what has arrived for the inputs that are its own. True when something has.
    bool advance_own_inputs(bool at_once = false);
    /// A pipeline begins with the rows that its tables retained when it was made, part by part, before any new ones.
    [[nodiscard]] bool reads_past() const noexcept;
    void begin_past_rows();
    void end_past_rows();
    /// True when an input has a batch at hand.
    [[nodiscard]] bool has_input() const noexcept;
    /// Runs the query over the batches at hand, and over what time has done, and sends the result on. What that changes
    /// in the engine (the state of its operators, rows for a stored table) follows in the transaction of the cycle:
    void process();
    /// there is something;
    [[nodiscard]] bool has_changes() const noexcept { return has_changes_; }
    /// it takes statements, and so a transaction;
    [[nodiscard]] bool changes_engine() const;
    /// make it, within a transaction of the caller; throws EngineException, and may be called again after a rollback;
    void apply();
    /// the transaction is committed.
    void settle();
    /// Instead, when the transaction of the cycle has failed: the state in a transaction of its own, without which the
    /// pipeline fails, and then the rows, of which those are left out that are refused.
    void apply_apart();
    /// The acknowledgements that process kept, of a pipeline that failed since, will not be sent. Of several pipelines,
    /// the last first.
    void forget_acknowledgements();
    /// Whether process is due although no rows are at hand: windows end with time.
    [[nodiscard]] bool watches_time() const noexcept;
    /// From now on all inputs count as ended: windows close.
    void end_inputs() noexcept { inputs_ended_ = true; }
    /// Finds out whether the inputs have ended. Of several pipelines, each after those it reads.
    void look_at_end();
    /// As of look_at_end: all inputs have ended and nothing is waiting for time any more.
    [[nodiscard]] bool has_finished() const noexcept { return finished_; }
    /// As of look_at_end: all inputs have ended, and what waited for that has not been delivered yet.
    [[nodiscard]] bool owes_last_rows() const noexcept;
    void release();

    /// False while it must not be given more: paused, or its sink has not taken everything.
    [[nodiscard]] bool can_accept();
    /// Whether it is given more in this cycle: neither it nor one that reads it, by whatever way, stands still.
    [[nodiscard]] bool is_accepting() const noexcept { return accepting_; }
    void set_accepting(bool accepting) noexcept { accepting_ = accepting; }
    /// True when the sink has taken everything; also when that made the pipeline fail.
    [[nodiscard]] bool flush_sink();
    [[nodiscard]] bool reads(const StreamInput& stream) const noexcept;

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

    // For pipelines that read this one. Its rows come to them with the clocks they were dated by.
    /// The columns under the names of the query, whatever a sink calls them; empty while they are not known.
    [[nodiscard]] std::vector<OutputColumn> columns_to_read() const;
    /// Those of them that grow with time; once they are known.
    [[nodiscard]] ResultTimes times_to_read() const;
    /// A reader wants to know of one of its clocks from now on.
    void watch(std::size_t clock);
    /// A clock as of the last process.
    [[nodiscard]] StreamTime time_of(std::size_t clock) const { return graph_->time_of(clock); }
    /// What a clock says about the rows of output(); null where none is late.
    [[nodiscard]] const RowMarks* output_marks(std::size_t clock) const noexcept;

    /// Rows of the batch just processed, those taken back among them; null when none.
    [[nodiscard]] const ResultTable* output() const noexcept { return output_.rows > 0 ? &output_ : nullptr; }
    [[nodiscard]] const ResultTable* taken_back() const noexcept {
        return taken_back_.rows > 0 ? &taken_back_ : nullptr;
    }
    /// Whether rows may be taken back, and which columns identify a row.
    [[nodiscard]] bool changes() const noexcept { return graph_ && graph_->plan().changes; }
    /// What runs, once it is known.
    [[nodiscard]] const OperatorGraph* graph() const noexcept { return graph_.get(); }
    [[nodiscard]] std::uint64_t late_rows() const noexcept { return late_rows_; }
    /// Rows that could not be processed since the last time, or were left out.
    [[nodiscard]] std::vector<FailedRow> take_failures();
    /// Connections whose rows reach this pipeline, also by way of others.
    [[nodiscard]] const std::set<std::string>& fed_by() const noexcept { return fed_by_; }

private:
    [[nodiscard]] static ColumnBatch* typed_batch(Source& source);
    void tell_of_fields_left_out(Source& source);
    bool prepare();
    StreamPlan plan();
    void refused(const std::string& reason) override;
    void refused_row(const BatchSlot& slot, const RefusedRow& row) override;
    [[nodiscard]] unsigned retries(const BatchSlot* slot = nullptr) const override;
    [[nodiscard]] static const BatchSlot* slot_of(const Source& source) noexcept;
    void late(const BatchSlot& slot, const std::vector<std::size_t>& rows) override;
    void count_refused(const std::string& reason);
    void add_row_failure(const BatchSlot& slot, const RefusedRow& row, FailedRow::Kind kind);
    void add_made_row_failure(const std::string& reason, const std::string& row);
    [[nodiscard]] StreamScan scan_of(std::size_t index);
    [[nodiscard]] std::vector<InputLiveness> liveness() const;
    [[nodiscard]] bool has_ended(const Source& source) const;
    void update_retries() noexcept;
    void watch_upstream(const PlannedClock& clock);
    [[nodiscard]] static std::size_t rows_at_hand(const Source& source, bool removed = false) noexcept;
    /// numbered: with row_position_column.
    std::string input_sql(std::size_t index, bool numbered = false);
    void check_state_limit();
    void write_rows();

    Engine& engine_;
    std::string name_;
    BoundQuery query_;
    std::vector<Source> sources_;
    std::vector<OutputColumn> sink_columns_;
    SinkMaker make_sink_;
    SourceTextPtr source_;
    const FunctionNames& aggregates_;
    std::unique_ptr<SinkWriter> sink_;
    std::unique_ptr<OperatorGraph> graph_;
    std::vector<OutputColumn> columns_;
    ResultTable output_;
    ResultTable taken_back_;
    std::map<std::size_t, RowMarks> output_marks_;  ///< By clock, for readers.
    bool is_read_ = false;                          ///< By a pipeline that was made when the columns were not known.
    std::set<std::string> fed_by_;
    unsigned most_retries_ = 0;  ///< Of all connections that feed it.
    bool accepting_ = true;
    bool inputs_ended_ = false;  ///< Said by end_inputs.
    bool inputs_over_ = false;   ///< Found by look_at_end, as the next.
    bool finished_ = false;
    std::optional<std::uint64_t> state_limit_ = PipelineOptions().state_limit;
    std::uint64_t late_rows_ = 0;
    PipelineState state_ = PipelineState::running;
    std::string last_error_;
    std::uint64_t told_undeliverable_ = 0;                ///< That many has last_error_ heard of.
    std::function<std::int64_t()> wall_clock_ = utc_now;  ///< Microseconds since the epoch, UTC.
    std::uint64_t rows_in_ = 0;
    std::uint64_t rows_out_ = 0;
    std::uint64_t failed_rows_ = 0;
    std::vector<FailedRow> failures_;
    bool has_changes_ = false;
    std::size_t first_acknowledgement_ = 0;  ///< Of the last process, as the next.
    std::size_t end_of_acknowledgements_ = 0;
};

}  // namespace laminar
