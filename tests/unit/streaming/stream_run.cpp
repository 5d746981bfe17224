#include "stream_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <stdexcept>

#include "connectors/builtin_connectors.h"
#include "parser/parser.h"
#include "parser/sql_writer.h"
#include "runtime/operators/result_rows.h"
#include "runtime/plan/input_time.h"
#include "runtime/stream_schema.h"

namespace laminar::test {

namespace {

/// One engine for all runs: opening one costs more than a run.
Engine& shared_engine() {
    static const std::unique_ptr<Engine> engine = [] {
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

class CountingObserver final : public RowObserver {
public:
    void refused(const std::string& reason) override { problem = "a row was refused: " + reason; }
    void late(const BatchSlot&, const std::vector<std::size_t>& rows) override { late_rows += rows.size(); }

    std::string problem;
    std::uint64_t late_rows = 0;
};

/// The rows that have been delivered and not taken back.
class Result {
public:
    void take(const OperatorGraph::Result& rows) {
        removed_until_.push_back(removed_.rows + rows.removed.rows);
        added_until_.push_back(added_.rows + rows.added.rows);
        append(removed_, rows.removed);
        append(added_, rows.added);
    }

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
    static void append(ResultTable& all, const ResultTable& rows) {
        if (rows.rows > 0) append_rows(all, rows);
    }

    ResultTable added_;
    ResultTable removed_;
    std::vector<std::size_t> added_until_;
    std::vector<std::size_t> removed_until_;
};

/// The rows of a stream and how far they have been delivered.
struct Feed {
    std::string table;
    std::unique_ptr<BatchSlot> slot;
    std::size_t total = 0;
    std::size_t next = 0;
    std::size_t at_hand = 0;
};

/// Says which feeds have a batch in the next cycle, and how large it is.
class Schedule {
public:
    Schedule(const Feeding& feeding, std::vector<Feed>& feeds)
        : feeding_(feeding), feeds_(feeds), random_(feeding.seed) {}

    /// False when nothing is left.
    bool next(const Recording& recording) {
        for (Feed& feed : feeds_) {
            feed.at_hand = 0;
            feed.slot->set_rows(nullptr);
        }
        std::vector<Feed*> open;
        for (Feed& feed : feeds_) {
            if (feed.next < feed.total) open.push_back(&feed);
        }
        if (open.empty()) return false;
        using Order = Feeding::Order;
        switch (feeding_.order) {
            case Order::together:
                for (Feed* feed : open) give(*feed, feeding_.batch, recording);
                break;
            case Order::by_turns:
                give(*open[turn_++ % open.size()], feeding_.batch, recording);
                break;
            case Order::first_input_first:
                give(*open.front(), feeding_.batch, recording);
                break;
            case Order::last_input_first:
                give(*open.back(), feeding_.batch, recording);
                break;
            case Order::at_random:
                give(*open[random_() % open.size()], 1 + random_() % feeding_.batch, recording);
                if (random_() % 3 == 0) give(*open[random_() % open.size()], 1 + random_() % feeding_.batch, recording);
                break;
        }
        return true;
    }

private:
    void give(Feed& feed, std::size_t rows, const Recording& recording) const {
        if (feed.at_hand > 0) return;
        const ResultTable& batch = recording.rows(feed.table, feed.next, rows);
        feed.at_hand = batch.rows;
        feed.next += batch.rows;
        feed.slot->set_rows(&batch);
    }

    const Feeding& feeding_;
    std::vector<Feed>& feeds_;
    std::mt19937_64 random_;
    std::size_t turn_ = 0;
};

/// A graph at work, and what it delivered in this cycle for those that read it.
struct RunningStage {
    std::unique_ptr<OperatorGraph> graph;
    std::unique_ptr<BatchSlot> slot;
    OperatorGraph::Result result;
    std::vector<Feed*> feeds;             ///< By input; null for others.
    std::vector<RunningStage*> upstream;  ///< By input; null for others.
    bool ended = false;
};

}  // namespace

std::string Feeding::text() const {
    static constexpr const char* names[] = {"together", "by turns", "first input first", "last input first",
                                            "at random"};
    return fmt::format("batches of {}, {}{}{}", batch, names[static_cast<std::size_t>(order)],
                       order == Order::at_random ? fmt::format(" (seed {})", seed) : "",
                       ends_early ? ", inputs ending early" : "");
}

StreamQuery::StreamQuery(const std::string& setup, const std::string& query) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const SourceText>("query.sql", Recording::declarations() + setup + query);
    const ParsedScript script = parse_script(source, diagnostics);
    diagnostics.set_source(source);
    throw_if_errors(diagnostics);
    Binder binder(catalog_, builtin_connectors(), checker(), diagnostics);
    for (const ast::Statement& statement : script.statements) {
        const auto bound = binder.bind(script.source, statement);
        throw_if_errors(diagnostics);
        if (!bound) throw std::runtime_error("not bound");
        apply_to_catalog(*bound, catalog_);
        if (const auto* create = std::get_if<BoundCreate>(&bound->node)) {
            if (const auto* pipeline = std::get_if<PipelineObject>(&create->object))
                add_stage(pipeline->name, *create->query, source);
        } else if (const auto* select = std::get_if<BoundSelect>(&bound->node)) {
            add_stage("query", select->query, source);
        }
    }
}

void StreamQuery::add_stage(std::string name, BoundQuery query, const SourceTextPtr& source) {
    std::vector<InputTime> times = input_times(query, catalog_);
    for (std::size_t index = 0; index < query.inputs.size(); ++index) {
        QueryInput& input = query.inputs[index];
        if (input.kind == InputKind::stream_table) {
            if (std::find(streams_.begin(), streams_.end(), input.object) == streams_.end())
                streams_.push_back(input.object);
        } else if (input.kind == InputKind::pipeline) {
            for (const Stage& stage : stages_) {
                if (!equals_ignoring_case(stage.name, input.object)) continue;
                times[index].changes = stage.plan.changes;
                input.columns.clear();
                for (const OutputColumn& column : stage.columns)
                    input.columns.push_back({column.name, column.type, std::nullopt, {}});
            }
        }
    }
    Diagnostics diagnostics(source);
    StreamPlanner planner(
        query, std::move(times), aggregates(),
        [](const std::string& sql) { return shared_engine().prepare(sql)->columns(); }, diagnostics);
    std::optional<StreamPlan> plan = planner.plan();
    throw_if_errors(diagnostics);
    stages_.push_back({std::move(name), std::move(query), std::move(*plan), {}});
    stages_.back().columns = stages_.back().query.columns;
}

StreamQuery::Outcome StreamQuery::run(const Recording& recording, const Feeding& feeding) const {
    Engine& engine = shared_engine();
    std::vector<Feed> feeds;
    for (const std::string& table : streams_) {
        const ResultTable& first = recording.rows(table, 0, 1);
        feeds.push_back({table, engine.create_row_slot(unique_name(table), first.columns), recording.row_count(table)});
    }
    CountingObserver observer;
    std::vector<std::unique_ptr<RunningStage>> running;
    for (const Stage& stage : stages_) {
        auto& made = *running.emplace_back(std::make_unique<RunningStage>());
        std::vector<StreamScan> scans;
        for (const QueryInput& input : stage.query.inputs) {
            StreamScan scan;
            Feed* feed = nullptr;
            RunningStage* upstream = nullptr;
            if (input.kind == InputKind::stream_table) {
                feed = &*std::find_if(feeds.begin(), feeds.end(),
                                      [&](const Feed& each) { return each.table == input.object; });
                scan.from_sql = scan_sql(input, MessageFormat::json, feed->slot->from_sql());
                scan.slot = feed->slot.get();
                scan.rows = [feed](bool removed) { return removed ? 0 : feed->at_hand; };
            } else if (input.kind == InputKind::pipeline) {
                for (std::size_t index = 0; index < stages_.size(); ++index) {
                    if (equals_ignoring_case(stages_[index].name, input.object)) upstream = running[index].get();
                }
                scan.from_sql = upstream->slot->from_sql();
                scan.slot = upstream->slot.get();
                scan.rows = [upstream](bool removed) {
                    return (removed ? upstream->result.removed : upstream->result.added).rows;
                };
                scan.show = [upstream](bool removed) {
                    upstream->slot->set_rows(removed ? &upstream->result.removed : &upstream->result.added);
                };
            } else {
                scan.from_sql = engine_table_name(input.object);
                scan.rows = [](bool) { return std::size_t{0}; };
            }
            made.feeds.push_back(feed);
            made.upstream.push_back(upstream);
            scans.push_back(std::move(scan));
        }
        made.graph = std::make_unique<OperatorGraph>(engine, unique_name(stage.name), stage.plan, std::move(scans),
                                                     observer, std::function<std::string(const std::string&)>());
        made.slot = engine.create_row_slot(unique_name(stage.name + ":out"), made.graph->columns());
    }

    Outcome outcome;
    Result result;
    Schedule schedule(feeding, feeds);
    bool has_more = true;
    while (has_more) {
        has_more = schedule.next(recording);
        for (const auto& stage : running) {
            std::vector<InputLiveness> liveness;
            bool all_ended = true;
            for (std::size_t input = 0; input < stage->feeds.size(); ++input) {
                const Feed* feed = stage->feeds[input];
                bool ended = true;
                if (feed) ended = !has_more || (feeding.ends_early && feed->next == feed->total);
                if (stage->upstream[input]) ended = stage->upstream[input]->ended;
                liveness.push_back({ended, false});
                all_ended = all_ended && ended;
                if (stage->upstream[input])
                    stage->upstream[input]->slot->set_rows(&stage->upstream[input]->result.added);
            }
            stage->result = stage->graph->process(std::chrono::steady_clock::time_point(), 0, liveness);
            stage->ended = all_ended;
        }
        // As in a cycle of the program: all of them have processed what came before any state changes.
        engine.begin();
        for (const auto& stage : running) stage->graph->apply();
        engine.commit();
        for (const auto& stage : running) stage->graph->settle();
        result.take(running.back()->result);
        for (const auto& stage : running) stage->slot->set_rows(nullptr);
    }
    outcome.types = types_of(running.back()->graph->columns());
    outcome.late_rows = observer.late_rows;
    outcome.problem = observer.problem;
    result.finish(outcome);
    if (outcome.problem.empty() && !running.back()->graph->has_finished() && running.back()->graph->keeps_state())
        outcome.problem = "the run has not finished";
    return outcome;
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
