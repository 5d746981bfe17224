#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic/diagnostic.h"
#include "runtime/plan/aggregates/aggregate_parts.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/relation_columns.h"
#include "runtime/plan/logical/logical_plan.h"
#include "runtime/plan/time/input_time.h"

namespace laminar {

class SplitBlock;

/// Turns a bound query into a tree of relations. Reports clauses that cannot be answered over an unbounded stream,
/// and warns of state that grows without bound (L5xx). The types of all inputs must be known.
class LogicalPlanner {
public:
    LogicalPlanner(const BoundQuery& query, std::vector<InputTime> times, const FunctionNames& aggregates,
                   RelationColumns::Describe describe, Diagnostics& diagnostics);

    /// nullopt after reporting errors. Throws EngineException for what the engine refuses.
    [[nodiscard]] std::optional<logical::Plan> plan();

private:
    struct Refused {};  ///< Thrown after reporting.

    /// While it lives, what is planned stands in this part of what is planned around it.
    class Place {
    public:
        Place(LogicalPlanner& planner, std::string_view part) : place_(planner.place_), length_(place_.size()) {
            place_.append(".").append(part);
        }
        ~Place() { place_.resize(length_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        std::string& place_;
        std::size_t length_;
    };

    /// A node that keeps state, while the tree is not there yet.
    struct Pending {
        logical::Node node;
        std::vector<ast::Query> inputs;  ///< What it reads, over scans by their numbers.
    };

    // logical_planner.cpp: queries, relations, scans.
    void plan_query(ast::Query& query);
    void plan_body(ast::QueryBody& body);
    void plan_operand(ast::QueryBody& body, std::string_view part);
    void plan_table(ast::TableReference& table, std::string_view part);
    void plan_select(ast::Select& select, SourceSpan span);
    void check_static_joins(const ast::TableReference& table);
    void check_subqueries(const ast::Select& select) const;
    /// In what reads no stream: the engine is asked for it as it is.
    void refuse_stored_windows(const ast::Query& query) const;
    /// logical::Node::in_order of what reads a relation.
    [[nodiscard]] bool comes_in_order(const ast::TableReference& table) const;
    [[nodiscard]] bool comes_in_order(const ast::QueryBody& body) const;
    [[nodiscard]] bool comes_in_order(std::size_t scan) const;

    // logical_planner_present_time.cpp: calls that say something else later.
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
    [[nodiscard]] bool reads_changes(const ast::Query& query) const;
    [[nodiscard]] std::vector<OutputColumn> scan_columns(std::size_t scan) const;
    /// By which number clocks and scans name the next node that keeps state.
    [[nodiscard]] std::size_t next_number() const { return plan_.input_count + nodes_.size(); }
    /// Replaces the block by the rows of a new node. columns: those of the block as it was written.
    logical::Node& add_node(ast::Select& block, SourceSpan span, logical::Node::Kind kind, const ast::Select& input,
                            std::vector<OutputColumn> columns);

    // logical_planner_clocks.cpp
    std::optional<TimeKey> scan_clock(std::size_t scan, const std::string& column);
    /// Of what is computed of the columns of a row.
    std::optional<TimeKey> value_clock(std::size_t scan, const ast::Expression& value);
    std::optional<TimeKey> upstream_clock(std::size_t scan, const std::string& column);
    [[nodiscard]] PlannedClock declared_clock(std::size_t scan, const InputColumn& column, bool arrival) const;
    /// nullopt: it would be a new one, and there shall be none.
    std::optional<std::size_t> input_clock(PlannedClock clock);
    std::size_t united_clock(TimeKey members);
    /// The key of a column of the result as readers have it.
    [[nodiscard]] TimeKey united(TimeKey key, const ColumnType& type);
    void find_result_times(const ast::Query& query);
    std::size_t add_output_clock(std::size_t scan, std::size_t side);

    // logical_planner_tree.cpp: the tree, once all is known.
    [[nodiscard]] logical::Node take_tree(ast::Query query, const std::string& id);
    /// from: the id of what its FROM clause reads.
    [[nodiscard]] logical::Node take_rows(ast::Query query, const std::string& id, const std::string& from);
    [[nodiscard]] logical::Node take_union(ast::Query query, const std::string& id);
    /// A scan, or a node that keeps state.
    [[nodiscard]] logical::Node take_numbered(std::size_t number, const std::string& id);
    /// Makes inputs of node out of what a part of its FROM clause reads.
    void take_inputs(ast::TableReference& table, const std::string& id, logical::Node& node);
    void take_further_input(ast::TableReference& scan, logical::Node& node);
    [[nodiscard]] bool stands_alone(const ast::DerivedTable& derived) const;
    /// What is known of the rows of a query: a node without inputs.
    [[nodiscard]] logical::Node facts_of(const ast::Query& query);
    [[nodiscard]] std::vector<std::string> kept_key(const ast::Query& query,
                                                    const std::vector<OutputColumn>& columns) const;

    [[nodiscard]] class TimeTracer make_tracer();

    // logical_planner_block.cpp: blocks that keep state.
    void plan_stateful(ast::Select& select, SourceSpan span);
    void name_items(ast::Select& select);
    bool plan_grouped(ast::Select& select, SourceSpan span, SplitBlock& split);
    void plan_changing(ast::Select& select, SourceSpan span, SplitBlock& split,
                       logical::ChangingAggregate::Purpose purpose);
    [[nodiscard]] bool has_aggregates(const ast::Select& block) const;
    /// Whether the aggregates of a block, grouped so, can be computed from aggregates of parts of the rows.
    [[nodiscard]] bool adds_up(SplitBlock& split, const std::vector<ast::Expression>& groups, FloatingSums sums) const;
    void refuse_moments_of(const ast::Select& block, SplitBlock& split, bool from_changes) const;
    void unnest_hops(ast::Select& select);
    /// Puts rows into the windows of a HOP below the block, which has them as a column then.
    void plan_over_hops(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    void warn_of_unbounded_state(SourceSpan span, const std::string& what);

    // logical_planner_windows.cpp: what is complete when time has passed.
    /// window: over the rows of split.
    void plan_window(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& window,
                     const TimeKey& key, logical::WindowAggregate::Purpose purpose);
    void plan_hop(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    void plan_session(ast::Select& select, SourceSpan span, SplitBlock& split, const ast::Expression& call);
    /// The time columns of the newest node. base: the reference (below) that its clock is about, if there is one;
    /// base_is_window: that is a window, and the clock its start.
    void find_time_columns(const ast::Select& output, const SplitBlock& split, const ast::Expression* base,
                           const std::optional<ast::Expression>& window, bool base_is_window = false);

    // logical_planner_results.cpp: what is made of aggregates and window functions.
    /// Where that may fail for some results, a block around them does it, so that a result is left out alone; true when
    /// it has been planned so.
    bool separate_results(ast::Select& select, SourceSpan span);

    // logical_planner_over.cpp: window functions.
    bool separate_over(ast::Select& select, SourceSpan span);
    bool plan_over(ast::Select& select, SourceSpan span, SplitBlock& split);
    std::optional<logical::OverTime::Frame> over_frame(const ast::Expression& call, const ast::Select& output) const;
    [[nodiscard]] std::vector<logical::OverTime::Frame> frames_of(const std::vector<ast::Expression>& calls,
                                                                  const ast::Select& output);
    /// The partition that all window functions of a block have; empty: there is none.
    [[nodiscard]] static std::vector<ast::Expression> common_partition(const ast::Select& output);
    /// ROW_NUMBER() <= n alone, of rows that stay.
    [[nodiscard]] static std::optional<logical::TopRows> top_rows(const ast::Select& output);
    /// SELECT * FROM (SELECT ..., ROW_NUMBER() OVER ... AS n) WHERE n <= 3: the inner query learns of the limit.
    static void push_row_number_filter(ast::Select& select);

    // analysis/joins/join_planner.cpp: joins of two streams.
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
    logical::Plan plan_;
    std::vector<Pending> nodes_;
    bool has_all_clocks_ = false;  ///< No further ones are made.
    std::string place_ = "top";    ///< Of what is being planned: logical::Node::id.
};

}  // namespace laminar
