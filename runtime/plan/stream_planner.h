#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic/diagnostic.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/stream_plan.h"

namespace laminar {

/// What is declared about the event time of an input.
struct InputTime {
    std::string column;            ///< The only one with a watermark; empty: any that a query names.
    ast::ExpressionBox watermark;  ///< WATERMARK FOR column AS this; empty: column minus delay.
    std::chrono::microseconds delay{1'000'000};
    std::chrono::milliseconds idle{30'000};
    bool changes = false;  ///< A pipeline with an updating result.
    ResultTimes upstream;  ///< Of a pipeline: its columns that grow with time.
    bool in_order = true;  ///< False: a pipeline whose rows come in no order of their own.
};

class SplitBlock;

/// Turns a bound query into operators and fragments. Reports clauses that cannot be answered over an unbounded stream,
/// and warns of state that grows without bound (L5xx). The types of all inputs must be known.
class StreamPlanner {
public:
    StreamPlanner(const BoundQuery& query, std::vector<InputTime> times, const FunctionNames& aggregates,
                  RelationColumns::Describe describe, Diagnostics& diagnostics);

    /// nullopt after reporting errors. Throws EngineException for what the engine refuses.
    [[nodiscard]] std::optional<StreamPlan> plan();

private:
    struct Refused {};  ///< Thrown after reporting.

    /// While it lives, what is planned stands in this part of what is planned around it.
    class Place {
    public:
        Place(StreamPlanner& planner, std::string_view part) : place_(planner.place_), length_(place_.size()) {
            place_.append(".").append(part);
        }
        ~Place() { place_.resize(length_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        std::string& place_;
        std::size_t length_;
    };

    // stream_planner.cpp: queries, relations, scans.
    void plan_query(ast::Query& query);
    void plan_body(ast::QueryBody& body);
    void plan_operand(ast::QueryBody& body, std::string_view part);
    void plan_table(ast::TableReference& table, std::string_view part);
    void plan_select(ast::Select& select, SourceSpan span);
    void check_static_joins(const ast::TableReference& table);
    void check_subqueries(const ast::Select& select) const;
    /// In what reads no stream: the engine is asked for it as it is.
    void refuse_stored_windows(const ast::Query& query) const;
    /// PlannedFragment::in_order of what reads a relation.
    [[nodiscard]] bool comes_in_order(const ast::TableReference& table) const;
    [[nodiscard]] bool comes_in_order(const ast::QueryBody& body) const;
    [[nodiscard]] bool comes_in_order(std::size_t scan) const;

    // present_time.cpp: calls that say something else later.
    /// In conditions of a block that keeps state, and of what it reads.
    void refuse_present_time(const ast::Select& select) const;
    void refuse_present_time(const ast::QueryBody& body) const;
    void refuse_present_time(const ast::TableReference& table) const;
    /// block: whose condition it is.
    void refuse_present_time(const ast::Expression& condition, const char* clause, const ast::Select& block) const;
    /// Where rows are taken back: the same call would say something else of the same row.
    void refuse_moments(const ast::Expression& expression) const;
    void refuse_moments_over_changes(const ast::Select& select) const;

    /// what: a clause whose answer is never complete.
    [[noreturn]] void refuse(SourceSpan span, const std::string& what, const std::string& hint) const;
    /// message: a sentence.
    [[noreturn]] void reject(SourceSpan span, const std::string& message, const std::string& hint) const;
    [[nodiscard]] bool is_stream_scan(std::size_t scan) const;
    [[nodiscard]] bool changes(std::size_t scan) const;
    [[nodiscard]] bool reads_stream(const ast::TableReference& table) const;
    [[nodiscard]] bool reads_stream(const ast::QueryBody& body) const;
    [[nodiscard]] bool reads_stream(const ast::Query& query) const;
    [[nodiscard]] bool reads_changes(const ast::TableReference& table) const;
    [[nodiscard]] std::vector<OutputColumn> scan_columns(std::size_t scan) const;
    std::optional<TimeKey> scan_clock(std::size_t scan, const std::string& column);
    std::optional<TimeKey> upstream_clock(std::size_t scan, const std::string& column);
    std::size_t input_clock(PlannedClock clock);
    std::size_t united_clock(TimeKey members);
    /// The key of a column of the result as readers have it.
    [[nodiscard]] TimeKey united(TimeKey key, const ColumnType& type);
    /// Of the rows of input by its items of these names, which are times by these keys.
    [[nodiscard]] std::optional<PlannedLateness> lateness(const ast::Query& input, const std::string& item,
                                                          const TimeKey& key) const;
    [[nodiscard]] std::optional<PlannedLateness> lateness(
        const ast::Query& input, const std::vector<std::pair<ast::Expression, TimeKey>>& values) const;
    [[nodiscard]] bool may_be_late(std::size_t clock) const;
    void find_result_times(const ast::Query& query);
    /// Replaces the block by the rows of a new operator.
    PlannedOperator& add_operator(ast::Select& block, std::string name, SourceSpan span, PlannedOperator::Node node,
                                  const ast::Query& described);
    std::size_t add_output_clock(std::size_t scan, std::size_t side);

    [[nodiscard]] class TimeTracer make_tracer();

    // stream_planner_block.cpp: blocks that keep state.
    void plan_stateful(ast::Select& select, SourceSpan span);
    void name_items(ast::Select& select);
    bool plan_grouped(ast::Select& select, SourceSpan span, SplitBlock& split);
    void plan_changing(ast::Select& select, SourceSpan span, SplitBlock& split, const std::string& name);
    void refuse_moments_of(const ast::Select& block, SplitBlock& split, bool from_changes) const;
    void unnest_hops(ast::Select& select);
    /// Puts rows into the windows of a HOP below the block, which has them as a column then.
    void plan_over_hops(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    void warn_of_unbounded_state(SourceSpan span, const std::string& what);

    // stream_planner_windows.cpp: what is complete when time has passed.
    [[nodiscard]] std::optional<ast::Expression> same_over_rows(SplitBlock& split, const ast::Expression& value) const;
    void plan_window(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& key_value,
                     const TimeKey& key, const std::string& name);
    void plan_hop(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    void plan_session(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    /// The time columns of the newest operator. base: the reference (below) that its clock is about, if there is one;
    /// base_is_window: that is a window, and the clock its start.
    void find_time_columns(const ast::Select& output, const SplitBlock& split, const ast::Expression* base,
                           const std::optional<ast::Expression>& window, bool base_is_window = false);

    // stream_planner_results.cpp: what is made of aggregates and window functions.
    /// Where that may fail for some results, a block around them does it, so that a result is left out alone; true when
    /// it has been planned so.
    bool separate_results(ast::Select& select, SourceSpan span);

    // stream_planner_over.cpp: window functions.
    bool separate_over(ast::Select& select, SourceSpan span);
    bool plan_over(ast::Select& select, SourceSpan span, SplitBlock& split);
    /// Sums of floating-point numbers over frames for which the engine would add up blocks, or rows in an order that
    /// changes with what else is computed.
    void sum_up_frames_exactly(ast::Select& output, const std::vector<OutputColumn>& values) const;
    std::optional<OverPlan::Frame> over_frame(const ast::Expression& call, const ast::Select& output) const;
    /// Groups and pruning of window functions whose rows may change.
    void plan_ranks(const ast::Select& output, bool from_changes, ChangingPlan& changing) const;
    /// SELECT * FROM (SELECT ..., ROW_NUMBER() OVER ... AS n) WHERE n <= 3: the inner query learns of the limit.
    static void push_row_number_filter(ast::Select& select);

    // joins/join_planner.cpp: joins of two streams.
    class JoinPlanner;
    void plan_joins(ast::Select& select);
    [[nodiscard]] std::size_t stream_count(const ast::TableReference& table) const;
    /// part: where the relation stands; then where the join does.
    ast::TableReference* innermost_stream_join(ast::TableReference& table, std::string& part);

    const BoundQuery& bound_;
    std::vector<InputTime> times_;
    const FunctionNames& aggregates_;
    Diagnostics& diagnostics_;
    RelationColumns columns_;
    StreamPlan plan_;
    std::string place_ = "top";  ///< Of what is being planned: PlannedOperator::id.
};

}  // namespace laminar
