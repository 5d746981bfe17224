#include "stream_run.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>

#include "connectors/delivery/input_channel.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/inputs/relation_input.h"
#include "runtime/flow/inputs/table_input.h"
#include "runtime/flow/inputs/upstream_input.h"
#include "runtime/flow/progress.h"
#include "runtime/flow/rows/result_rows.h"
#include "runtime/flow/rows/stream_schema.h"
#include "runtime/flow/running_pipeline.h"
#include "runtime/flow/sinks/sink_writer.h"
#include "runtime/flow/stream_graph.h"
#include "runtime/plan/planned_query.h"
#include "runtime/plan/retained_windows.h"

namespace laminar::test {

namespace {

constexpr std::size_t most_messages = 10'000'000;
constexpr std::chrono::minutes patience{5};

/// One engine for all runs: opening one costs more than a run.
Engine& shared_engine() {
    static const std::unique_ptr<Engine> engine = [] {
        spdlog::set_level(spdlog::level::err);  // Late rows are what is tested, and no news.
        auto made = Engine::create({});
        made->execute(fmt::format("CREATE TABLE {0} (symbol TEXT, sector TEXT, weight INTEGER); INSERT INTO {0} {1}",
                                  engine_table_name("accounts"), Recording::accounts_rows()));
        return made;
    }();
    return *engine;
}

const FunctionNames& aggregates() {
    static const FunctionNames names = [] {
        FunctionNames all;
        const ResultTable rows = shared_engine().query(
            "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'");
        for (std::size_t row = 0; row < rows.rows; ++row) all.emplace(rows.values[0].string_at(row));
        return all;
    }();
    return names;
}

QueryChecker& checker() {
    static const std::unique_ptr<QueryChecker> made = make_query_checker();
    return *made;
}

std::string unique_name(const std::string& name) {
    static std::uint64_t count = 0;
    return fmt::format("{}#{}", name, ++count);
}

void throw_if_errors(const Diagnostics& diagnostics) {
    std::string text;
    for (const Diagnostic& each : diagnostics.all()) {
        if (each.severity == Severity::error) text += fmt::format("{} ({})\n", each.message, each.hint);
    }
    if (!text.empty()) throw std::runtime_error(text);
}

/// Collects what a pipeline delivers: the rows that have not been taken back are the result.
class CollectingSink final : public SinkWriter {
public:
    std::vector<RefusedRow> write(const ResultTable& rows, unsigned) override {
        take(ResultTable(), rows);
        return {};
    }
    void expect_changes(const std::vector<std::string>&) override {}
    std::vector<RefusedRow> write_changes(const ResultTable& removed, const ResultTable& added, unsigned) override {
        take(removed, added);
        return {};
    }

    [[nodiscard]] std::size_t rows_delivered() const noexcept { return added_.rows; }

    void finish(StreamQuery::Outcome& outcome) const {
        const std::vector<RowText> added = texts_of(shared_engine(), unique_name("added"), added_);
        const std::vector<RowText> removed = texts_of(shared_engine(), unique_name("removed"), removed_);
        std::multiset<RowText> rows;
        std::size_t next_added = 0;
        std::size_t next_removed = 0;
        for (std::size_t cycle = 0; cycle < added_until_.size(); ++cycle) {
            for (; next_removed < removed_until_[cycle]; ++next_removed) {
                const auto found = rows.find(removed[next_removed]);
                if (found == rows.end())
                    outcome.problem =
                        fmt::format("taken back, but not there: {}\n", fmt::join(removed[next_removed], " | "));
                else
                    rows.erase(found);
            }
            for (; next_added < added_until_[cycle]; ++next_added) rows.insert(added[next_added]);
        }
        outcome.rows.assign(rows.begin(), rows.end());
    }

private:
    void take(const ResultTable& removed, const ResultTable& added) {
        if (removed.rows > 0) append_rows(removed_, removed);
        if (added.rows > 0) append_rows(added_, added);
        removed_until_.push_back(removed_.rows);
        added_until_.push_back(added_.rows);
    }

    ResultTable added_;
    ResultTable removed_;
    std::vector<std::size_t> added_until_;
    std::vector<std::size_t> removed_until_;
};

/// The messages of a stream and how far they have been sent.
struct Feed {
    std::string table;
    std::shared_ptr<InputChannel> channel;
    const std::vector<std::string>* messages = nullptr;
    std::size_t next = 0;
    bool is_served = false;  ///< It has a batch in this cycle.

    [[nodiscard]] bool is_over() const { return next == messages->size(); }
};

/// Says which feeds have a batch in the next cycle, and how large it is.
class Schedule {
public:
    Schedule(const Feeding& feeding, std::vector<Feed>& feeds)
        : feeding_(feeding), feeds_(feeds), random_(feeding.seed) {}

    /// False when nothing is left.
    bool next() {
        std::vector<Feed*> open;
        for (Feed& feed : feeds_) {
            feed.is_served = false;
            if (!feed.is_over()) open.push_back(&feed);
        }
        if (open.empty()) return false;
        using Order = Feeding::Order;
        switch (feeding_.order) {
            case Order::together:
                for (Feed* feed : open) give(*feed, feeding_.batch);
                break;
            case Order::by_turns:
                give(*open[turn_++ % open.size()], feeding_.batch);
                break;
            case Order::first_input_first:
                give(*open.front(), feeding_.batch);
                break;
            case Order::last_input_first:
                give(*open.back(), feeding_.batch);
                break;
            case Order::at_random:
                give(*open[random_() % open.size()], 1 + random_() % feeding_.batch);
                if (random_() % 3 == 0) give(*open[random_() % open.size()], 1 + random_() % feeding_.batch);
                break;
        }
        return true;
    }

private:
    void give(Feed& feed, std::size_t rows) const {
        if (std::exchange(feed.is_served, true)) return;
        for (std::size_t row = 0; row < rows && !feed.is_over(); ++row) {
            Message message;
            message.payload = (*feed.messages)[feed.next++];
            message.sequence = feed.next;
            if (const auto error = feed.channel->offer(message)) throw std::runtime_error(error->message);
        }
        if (feeding_.ends_early && feed.is_over()) feed.channel->finish();
    }

    const Feeding& feeding_;
    std::vector<Feed>& feeds_;
    std::mt19937_64 random_;
    std::size_t turn_ = 0;
};

}  // namespace

std::string Feeding::text() const {
    static constexpr const char* names[] = {"together", "by turns", "first input first", "last input first",
                                            "at random"};
    return fmt::format("batches of {}, {}{}{}{}{}", batch, names[static_cast<std::size_t>(order)],
                       order == Order::at_random ? fmt::format(" (seed {})", seed) : "",
                       ends_early ? ", inputs ending early" : "", pauses ? ", with pauses" : "",
                       cycles_before > 0 ? fmt::format(", begun after {} cycles", cycles_before) : "");
}

StreamQuery::StreamQuery(const std::string& setup, const std::string& query) {
    Diagnostics diagnostics;
    source_ = std::make_shared<const SourceText>(
        "query.sql", Recording::declarations() + setup + "CREATE PIPELINE \"query\" AS " + query);
    const ParsedScript script = parse_script(source_, diagnostics);
    diagnostics.set_source(source_);
    throw_if_errors(diagnostics);
    Binder binder(catalog_, builtin_connectors(), checker(), diagnostics);
    for (const ast::Statement& statement : script.statements) {
        const auto bound = binder.bind(script.source, statement);
        throw_if_errors(diagnostics);
        if (!bound) throw std::runtime_error("not bound");
        apply_to_catalog(*bound, catalog_);
        if (const auto* create = std::get_if<BoundCreate>(&bound->node)) {
            if (const auto* pipeline = std::get_if<PipelineObject>(&create->object))
                add_stage(*pipeline, *create->query);
        }
    }
}

void StreamQuery::add_stage(const PipelineObject& pipeline, const BoundQuery& query) {
    for (const QueryInput& input : query.inputs) {
        if (input.kind == InputKind::stream_table &&
            std::find(streams_.begin(), streams_.end(), input.object) == streams_.end())
            streams_.push_back(input.object);
    }
    stages_.push_back({pipeline.name, query, pipeline.facts});
}

StreamQuery::Outcome StreamQuery::run(const Recording& recording, const Feeding& feeding) const {
    Engine& engine = shared_engine();
    Progress progress;
    StreamGraph graph(progress);
    std::vector<Feed> feeds;
    for (const std::string& table : streams_) {
        const auto schema = table_batch_schema(*catalog_.find_as<TableObject>(table), MessageFormat::json);
        InputChannel::Limits limits;
        limits.messages = most_messages;
        auto channel = std::make_shared<InputChannel>(schema, make_message_decoder({}, schema), limits);
        graph.add_table(table, StreamInput::for_connection(engine, unique_name(table), channel));
        feeds.push_back({table, std::move(channel), &recording.messages(table)});
    }
    CollectingSink* result = nullptr;
    std::vector<RunningPipeline*> running;
    const auto begin = [&](const Stage& stage) {
        std::vector<std::unique_ptr<PipelineInput>> inputs;
        for (const QueryInput& input : stage.query.inputs) {
            if (input.kind == InputKind::stream_table) {
                // What is tested goes by the times of rows alone.
                InputOrigin source;
                source.is_up = [] { return false; };
                inputs.push_back(std::make_unique<TableInput>(input, *graph.find_table(input.object), std::move(source),
                                                              input_time(*catalog_.find_as<TableObject>(input.object)),
                                                              nullptr));
            } else if (input.kind == InputKind::pipeline) {
                for (std::size_t index = 0; index < running.size(); ++index) {
                    if (equals_ignoring_case(stages_[index].name, input.object))
                        inputs.push_back(std::make_unique<UpstreamInput>(input, running[index]->output()));
                }
            } else {
                inputs.push_back(std::make_unique<RelationInput>(input));
            }
        }
        const auto make_sink = [&result](Engine&, const std::vector<OutputColumn>&) {
            auto sink = std::make_unique<CollectingSink>();
            result = sink.get();
            return sink;
        };
        try {
            running.push_back(&graph.add_pipeline(
                std::make_unique<RunningPipeline>(engine, unique_name(stage.name), stage.query, stage.facts,
                                                  std::move(inputs), std::vector<OutputColumn>(), make_sink, source_,
                                                  aggregates()),
                "", ""));
        } catch (const PlanRefused& refused) {
            throw_if_errors(refused.findings());
        }
    };
    for (const Stage& stage : stages_) {
        if (&stage != &stages_.back() || feeding.cycles_before == 0) begin(stage);
    }

    Schedule schedule(feeding, feeds);
    Outcome outcome;
    std::string went_on;
    for (std::size_t cycle = 1; schedule.next(); ++cycle) {
        RunningPipeline* paused = feeding.pauses && cycle % 2 == 0 ? running[cycle / 2 % running.size()] : nullptr;
        if (result && std::none_of(feeds.begin(), feeds.end(), [](const Feed& feed) { return feed.is_over(); }))
            outcome.rows_before_end = result->rows_delivered();
        const std::uint64_t read_before = paused ? paused->rows_in() : 0;
        if (paused) paused->pause();
        graph.cycle(engine, TakeIn::everything);
        if (paused && paused->rows_in() != read_before) went_on += paused->name() + " went on while it was paused\n";
        if (paused) paused->resume();
        if (cycle == feeding.cycles_before) begin(stages_.back());
    }
    for (const Feed& feed : feeds) feed.channel->finish();
    // The last rows of every stage; then nothing is left.
    (void)graph.run_dry(engine, std::chrono::steady_clock::now() + patience);
    outcome.types = types_of(running.back()->columns());
    for (const RunningPipeline* pipeline : running) outcome.late_rows += pipeline->late_rows();
    result->finish(outcome);
    outcome.problem += went_on;
    for (const RunningPipeline* pipeline : running) {
        if (!pipeline->last_error().empty()) outcome.problem += "a row was refused: " + pipeline->last_error() + "\n";
    }
    if (outcome.problem.empty() && !graph.has_finished()) outcome.problem = "the run has not finished";
    graph.clear();
    return outcome;
}

std::string StreamQuery::ad_hoc_sql() const {
    const BoundQuery& query = stages_.back().query;
    const auto describe = [](const std::string& sql) { return shared_engine().prepare(sql)->columns(); };
    return write_with_windows(query, aggregates(), describe,
                              [&](const ast::BoundScan& scan) {
                                  return fmt::format("(SELECT * EXCLUDE (n, w) FROM {})",
                                                     query.inputs.at(scan.input).object);
                              })
        .text;
}

std::string StreamQuery::batch_sql(const std::vector<LateRule>& rules) const {
    const auto text_of_stage = [&](const auto& self, const Stage& stage) -> std::string {
        SqlWriterOptions options;
        options.scan_text = [&](const ast::BoundScan& scan) -> std::string {
            const QueryInput& input = stage.query.inputs.at(scan.input);
            for (const Stage& other : stages_) {
                if (input.kind == InputKind::pipeline && equals_ignoring_case(other.name, input.object))
                    return "(" + self(self, other) + ")";
            }
            if (input.kind == InputKind::stored_table) return input.object;
            return fmt::format("(SELECT * EXCLUDE (n, w) FROM {})", Recording::rows_in_time(input.object, rules));
        };
        return write_query(stage.query.query, options).text;
    };
    return text_of_stage(text_of_stage, stages_.back());
}

}  // namespace laminar::test
