#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/text/ascii.h"
#include "runtime/flow/inputs/stream_input.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/running_pipeline.h"
#include "runtime/storage/kept/state_store.h"

namespace laminar {

/// Numbers of one pipeline for system.pipelines and SHOW.
struct PipelineStatus {
    std::string name;
    PipelineState state = PipelineState::running;
    std::string sink;
    std::uint64_t rows_in = 0;
    std::uint64_t rows_out = 0;
    std::uint64_t failed_rows = 0;
    std::uint64_t undeliverable = 0;
    std::string last_error;
    std::uint64_t late_rows = 0;
    std::uint64_t state_rows = 0;
    std::uint64_t state_bytes = 0;
    StreamTime watermark;
    DurationHistogram cycle_time;  ///< As RunningPipeline has them.
    DurationHistogram latency;
};

/// Everything that flows: the inputs of tables and the running pipelines, and the cycle that moves rows through them.
/// Engine thread only.
class StreamGraph {
public:
    explicit StreamGraph(Progress& progress) : progress_(progress) {}

    /// Of a data directory: what a cycle changes is committed with what is set there. Before the first cycle.
    void keep_in(StateStore& store) noexcept { store_ = &store; }
    /// Of a data directory: asked before each cycle; without room nothing is taken in. Engine thread.
    void ask_for_room(std::function<bool(Engine&)> has_room) { has_room_ = std::move(has_room); }
    /// How far the time of pipelines has come is set in the store, for those that have not failed: for an end in good
    /// order.
    void save_times() const;
    /// What else has changes for the commit of a cycle: before all others. It outlives the graph.
    void also_change(EngineChange& change) { further_changes_.push_back(&change); }
    /// What leaves with the commit of the present cycle, beside what sinks have.
    [[nodiscard]] CommitRelease& release() noexcept { return release_; }
    /// Keeps and forgets what sinks and others have to, without taking anything in: at the end.
    void commit_rest(Engine& engine);
    /// In the place of one of that name, if there is one.
    void add_table(const std::string& name, std::unique_ptr<StreamInput> input);
    [[nodiscard]] StreamInput* find_table(std::string_view name) noexcept;
    void remove_table(std::string_view name);

    RunningPipeline& add_pipeline(std::unique_ptr<RunningPipeline> pipeline, std::string sink, std::string stored_sink);
    [[nodiscard]] RunningPipeline* find_pipeline(std::string_view name) noexcept;
    void remove_pipeline(std::string_view name);
    /// Pipelines and subscriptions whose query names it.
    [[nodiscard]] std::vector<std::string> readers_of(std::string_view object) const;
    /// See RunningPipeline, and StreamInput.
    void begin_anew(std::string_view connection);
    void set_retries(std::string_view connection, unsigned retries) noexcept;

    /// with_engine: the engine ends, too, and takes with it what it holds.
    void clear(bool with_engine = false);
    /// How many messages of a source that can be read again all of its readers have had.
    [[nodiscard]] std::uint64_t least_place(std::string_view connection) const;
    /// A pipeline that was made with this key has still to open its state: its types are not known yet.
    [[nodiscard]] bool awaits_state(std::string_view state) const;

    /// How long rows may wait for more where a pipeline that reads them says nothing else.
    void set_max_latency(std::chrono::microseconds latency);
    [[nodiscard]] std::chrono::microseconds max_latency() const noexcept { return max_latency_; }
    /// The shortest that it or a pipeline says, but for those that let nothing wait; 0: all of them.
    [[nodiscard]] std::chrono::microseconds shortest_latency() const noexcept { return shortest_latency_; }

    /// Takes what is wanted of what has arrived for all inputs, once, and runs it through the pipelines. True when some
    /// had rows.
    bool cycle(Engine& engine, TakeIn wanted = TakeIn::due);
    /// cycle() until nothing is left that can move; false when the deadline passed first. That is the end: tables are
    /// not maintained from here on, only what is read of them.
    bool run_dry(Engine& engine, std::chrono::steady_clock::time_point deadline);

    /// When what waits at inputs that do not stand still is due; nothing while nothing waits.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> next_due() const;
    /// In the last cycle a pipeline stood still because its sink had not taken everything.
    [[nodiscard]] bool stood_still() const;
    /// A sink has not taken everything by now.
    [[nodiscard]] bool stands_still() const;
    /// Rows that could not be processed since the last time, by connection (folded).
    [[nodiscard]] std::map<std::string, std::vector<FailedRow>> take_failures();

    /// Nothing pending in channels and sinks.
    [[nodiscard]] bool is_dry();
    /// All inputs count as ended from now on: windows close in the next cycle.
    void end_inputs();
    /// Every pipeline whose inputs have ended has delivered what waited for that.
    [[nodiscard]] bool has_finished() const;
    [[nodiscard]] bool has_inputs() const;
    /// A pipeline is still at the rows that its tables retained when it began.
    [[nodiscard]] bool reads_past_rows() const;

    [[nodiscard]] std::vector<PipelineStatus> pipeline_statuses() const;
    /// What has failed first among tables and pipelines, in words; empty while nothing has.
    [[nodiscard]] std::string failure() const;
    /// Why what the last cycle did is not kept, of a database in a file; empty while all is. There are no further
    /// cycles then, and nothing of that one must be acknowledged.
    [[nodiscard]] const std::string& commit_failure() const noexcept { return commit_failure_; }
    /// In how many cycles tables and the state of pipelines were changed, and that was committed.
    [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
    [[nodiscard]] std::uint64_t rows_in() const noexcept { return rows_in_; }
    [[nodiscard]] std::uint64_t rows_out() const noexcept { return rows_out_; }
    /// Rows that the engine has, about, written over or deleted: those that came for pipelines with state, up to the
    /// last cycle that changed a table of theirs, or those that tables no longer retain, whichever are more.
    [[nodiscard]] std::uint64_t rows_changed() const noexcept { return std::max(rows_changed_, rows_deleted_); }
    [[nodiscard]] std::uint64_t bytes_changed() const noexcept { return std::max(bytes_changed_, bytes_deleted_); }

private:
    struct Entry {
        std::unique_ptr<RunningPipeline> pipeline;
        std::string sink;
        std::string stored_sink;
        std::uint64_t rows_in = 0;  ///< Those that have been made known, as the next.
        std::uint64_t rows_out = 0;
    };

    void share_out_latency();
    void stand_still();
    void begin_cycle();
    bool take_in_tables(TakeIn wanted);
    bool run_pipelines(TakeIn wanted);
    void change_engine(Engine& engine, std::uint64_t rows, std::uint64_t bytes);
    void forget_failed_messages();
    bool make_known();
    void end_cycle();
    /// Lets a table do its part of the cycle. False: what it threw has failed the table and its readers.
    bool guard(const std::string& name, StreamInput& input, const std::function<void()>& work);
    void maintain(RetainedTable& retained);
    void fail_readers(const StreamInput& input, std::string_view table, const std::string& reason);
    [[nodiscard]] bool is_held_back(const StreamInput& input) const;
    void for_each_input(const std::function<void(const StreamInput&)>& visit) const;

    Progress& progress_;
    std::vector<EngineChange*> further_changes_;
    CommitRelease release_;
    StateStore* store_ = nullptr;                                              ///< Null: nothing outlasts the process.
    std::function<bool(Engine&)> has_room_;                                    ///< Empty: there always is.
    std::map<std::string, std::unique_ptr<StreamInput>, std::less<>> tables_;  ///< By folded name.
    std::vector<Entry> pipelines_;  ///< In order of creation, so that each comes after those it reads.
    std::uint64_t rows_in_ = 0;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t rows_out_ = 0;
    std::chrono::microseconds max_latency_{0};
    std::chrono::microseconds shortest_latency_{0};
    bool ending_ = false;
    std::string commit_failure_;
    std::uint64_t commits_ = 0;
    std::uint64_t rows_changed_ = 0;
    std::uint64_t bytes_changed_ = 0;
    std::uint64_t rows_to_change_ = 0;  ///< Those that came since, for pipelines with state.
    std::uint64_t bytes_to_change_ = 0;
    std::uint64_t rows_deleted_ = 0;
    std::uint64_t bytes_deleted_ = 0;
};

}  // namespace laminar
