#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "catalog/query/bound_query.h"
#include "connectors/rows/utc_clock.h"
#include "runtime/engine/engine.h"
#include "runtime/flow/duration_histogram.h"
#include "runtime/flow/inputs/pipeline_inputs.h"
#include "runtime/flow/left_out_rows.h"
#include "runtime/flow/operators/operator_graph.h"
#include "runtime/flow/pipeline_output.h"
#include "runtime/flow/sinks/sink_writer.h"
#include "runtime/plan/stream/stream_plan.h"
#include "runtime/storage/commit_release.h"
#include "runtime/storage/engine_change.h"
#include "runtime/storage/kept/state_store.h"

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
class RunningPipeline final : public EngineChange {
public:
    /// Makes the sink once the query's columns are known.
    using SinkMaker = std::function<std::unique_ptr<SinkWriter>(Engine&, const std::vector<OutputColumn>&)>;

    /// facts: what was found out when the query was checked, null where nothing was. inputs by their index in the
    /// query; source is the text it stands in; aggregates outlive the pipeline. store: of a data directory that keeps
    /// its state under its name, and goes on with what is there; it outlives the pipeline. Throws PlanRefused and
    /// EngineException.
    RunningPipeline(Engine& engine, std::string name, BoundQuery query, std::shared_ptr<const PipelineFacts> facts,
                    std::vector<std::unique_ptr<PipelineInput>> inputs, std::vector<OutputColumn> sink_columns,
                    SinkMaker make_sink, SourceTextPtr source, const FunctionNames& aggregates,
                    StateStore* store = nullptr);
    ~RunningPipeline() override;
    RunningPipeline(const RunningPipeline&) = delete;
    RunningPipeline& operator=(const RunningPipeline&) = delete;

    // Before the first cycle.
    /// Under the name given when it is made its state and slots are known in the engine, so that one can be prepared
    /// beside another that it will replace; from now on it goes by this one.
    void take_name(std::string name) { name_ = std::move(name); }
    /// In the place of the system's clock: microseconds since the epoch, UTC.
    void set_wall_clock(std::function<std::int64_t()> clock) { wall_clock_ = std::move(clock); }
    /// Without a call, the defaults.
    void set_options(PipelineOptions options) { options_ = std::move(options); }
    /// Told why when it fails, also much later: whoever waits for its rows waits in vain. Engine thread; it must not
    /// block.
    void set_on_failure(std::function<void(const std::string& reason)> tell) { on_failure_ = std::move(tell); }
    /// What it reads waits for nothing, whatever the options say.
    void let_nothing_wait() noexcept { options_.max_latency = std::chrono::microseconds(0); }

    // At any time between cycles.
    /// ALTER CONNECTION may change how often its rows are tried again. Of several pipelines, each after those it reads.
    void set_retries(std::string_view connection, unsigned retries) { inputs_.set_retries(connection, retries); }
    void pause() noexcept;
    void resume() noexcept;
    /// A connection reads another source from now on: what of it has been read counts no more. With the next commit of
    /// the store.
    void begin_anew(std::string_view connection) { (void)inputs_.begin_anew(connection); }
    /// Adds the ids of messages that failed in this cycle; and leaves those that did to come again.
    void add_failed_messages(std::set<std::string>& ids) const { left_out_.add_failed_messages(ids); }
    void forget_messages(const std::set<std::string>& failed) { inputs_.forget_messages(failed); }
    /// Puts it out of work for good: for what it cannot go on after. Its inputs are taken in and dropped from then on.
    void fail(const std::string& reason);
    /// So does what reads a pipeline that has failed: an answer over part of its rows would be a wrong one.
    void fail_with_upstream();
    /// From now on all inputs count as ended: windows close.
    void end_inputs() noexcept { inputs_.end(); }

    // A cycle: of several pipelines each step of all, each after those it reads but where it says otherwise. The
    // changes of the engine (EngineChange) come between run and end_cycle.
    /// Finds out whether it may be given more: not while it is paused, or its sink has not taken everything.
    void begin_cycle();
    /// Those that it reads must not be given more either. Readers before those they read.
    void pass_on_standstill() const;
    /// Neither it nor one that reads it, by whatever way, stands still.
    [[nodiscard]] bool is_accepting() const noexcept { return can_accept_ && !output_.is_held_back(); }
    /// As of begin_cycle, it stands still for its own sink.
    [[nodiscard]] bool waits_for_sink() const noexcept { return !can_accept_ && state_ != PipelineState::paused; }
    /// Takes what has arrived for inputs of its own, runs the query over all rows at hand and over what time has done,
    /// and sends the result on.
    PipelineInputs::Taken run(TakeIn wanted);
    void end_cycle();

    void look() override {
        if (sink_) sink_->look();
    }
    [[nodiscard]] bool has_changes() const override { return has_changes_ || (sink_ && sink_->has_changes()); }
    [[nodiscard]] bool changes_engine() const override;
    void apply() override;
    void on_commit() override;
    void leave_out(const std::string& reason) override;
    void forget_if_failed() override;

    /// Between cycles, of a data directory: what is known of time is set in the store, as it is.
    void save_time() const {
        if (store_ && graph_ && state_ != PipelineState::failed) save();
    }
    /// What leaves with the commit of the cycle. After the changes of the engine.
    void hold_departure(CommitRelease& release);

    /// True when the sink has taken everything; also when that made the pipeline fail.
    [[nodiscard]] bool flush_sink();
    /// Rows that its tables retained when it was made are still to be read, before any new ones.
    [[nodiscard]] bool reads_past_rows() const noexcept;
    /// Finds out whether the inputs have ended. Of several pipelines, each after those it reads.
    void look_at_end();
    /// As of look_at_end: all inputs have ended, and what waited for that has not been delivered yet.
    [[nodiscard]] bool has_last_rows_to_deliver() const noexcept;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const BoundQuery& query() const noexcept { return query_; }
    [[nodiscard]] PipelineState state() const noexcept { return state_; }
    /// Why it has failed, or left out the latest row that it has; empty where neither is so.
    [[nodiscard]] const std::string& last_error() const noexcept {
        return state_ == PipelineState::failed ? failure_ : left_out_.latest_reason();
    }
    [[nodiscard]] std::uint64_t rows_in() const noexcept { return rows_in_; }
    [[nodiscard]] std::uint64_t rows_out() const noexcept { return rows_out_; }
    [[nodiscard]] std::uint64_t failed_rows() const noexcept { return left_out_.refused_rows(); }
    [[nodiscard]] std::uint64_t late_rows() const noexcept { return left_out_.late_rows(); }
    [[nodiscard]] std::uint64_t undeliverable() const { return sink_ ? sink_->undeliverable() : 0; }
    /// What it took of each cycle in which it had something to do: reading, computing and writing, without the commit
    /// that it shares with others.
    [[nodiscard]] const DurationHistogram& cycle_time() const noexcept { return cycle_time_; }
    /// From when the oldest message of a cycle's rows arrived to when all that was made of them was with the sink, and
    /// kept where it is to be.
    [[nodiscard]] const DurationHistogram& latency() const noexcept { return latency_; }
    /// Rows that could not be processed since the last time, or were left out.
    [[nodiscard]] std::vector<FailedRow> take_failures();
    /// How long what it reads may wait for more; nullopt: as long as others may.
    [[nodiscard]] std::optional<std::chrono::microseconds> max_latency() const noexcept { return options_.max_latency; }
    [[nodiscard]] const PipelineInputs& inputs() const noexcept { return inputs_; }
    /// Empty while they are not known.
    [[nodiscard]] std::vector<OutputColumn> columns() const;
    /// For pipelines that read this one.
    [[nodiscard]] UpstreamRows& output() noexcept { return output_; }
    /// Under which name the store has its state (StateStore), as long as it has that key.
    [[nodiscard]] static std::string owner_of(std::string_view key);
    /// The name it was made with.
    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// What runs; null while it is not known.
    [[nodiscard]] const OperatorGraph* graph() const noexcept { return graph_.get(); }

private:
    [[nodiscard]] bool prepare();
    [[nodiscard]] StreamPlan plan();
    void process();
    [[nodiscard]] bool watches_time() const noexcept;
    void check_state_limit();
    void write_rows();
    void leave_out_refused_rows();
    void save() const;
    void take_up(const StateNumbers& kept);
    /// Of those that the sink takes.
    [[nodiscard]] const ResultTable& rows_for_sink() const noexcept {
        return accepted_ ? *accepted_ : output_.added_rows();
    }

    Engine& engine_;
    StateStore* store_;
    std::string key_;
    std::string name_;
    BoundQuery query_;
    std::shared_ptr<const PipelineFacts> facts_;
    PipelineInputs inputs_;
    LeftOutRows left_out_;
    const std::vector<OutputColumn> sink_columns_;
    SinkMaker make_sink_;
    SourceTextPtr source_;
    const FunctionNames& aggregates_;
    std::function<std::int64_t()> wall_clock_ = utc_now;
    PipelineOptions options_;
    std::shared_ptr<SinkWriter> sink_;  ///< Shared with what is to leave.
    std::unique_ptr<OperatorGraph> graph_;
    PipelineOutput output_;
    PipelineState state_ = PipelineState::running;
    std::string failure_;
    std::function<void(const std::string&)> on_failure_;
    DurationHistogram cycle_time_;
    DurationHistogram latency_;
    std::chrono::nanoseconds worked_{0};                               ///< In this cycle; 0: there was nothing to do.
    std::optional<std::chrono::steady_clock::time_point> arrived_at_;  ///< The oldest message of this cycle's rows.
    bool can_accept_ = true;
    bool have_inputs_ended_ = false;  ///< As of look_at_end.
    bool has_changes_ = false;
    bool has_moved_ = false;     ///< In this cycle rows came in, or went out.
    bool was_at_fault_ = false;  ///< In this cycle.
    bool keeps_time_ = false;    ///< In this cycle time is kept, though nothing else has moved.
    std::chrono::steady_clock::time_point time_kept_at_;
    std::optional<ResultTable> accepted_;  ///< Of the rows at hand, where a stored table refuses others.
    std::uint64_t rows_in_ = 0;
    std::uint64_t rows_out_ = 0;
    std::uint64_t told_undeliverable_ = 0;   ///< That many has last_error heard of.
    std::size_t first_acknowledgement_ = 0;  ///< Of the last run, as the next.
    std::size_t end_of_acknowledgements_ = 0;
};

}  // namespace laminar
