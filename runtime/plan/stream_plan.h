#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/query/bound_query.h"
#include "parser/ast/query.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

/// A continuous query as a graph of operators that keep state. Everything between two operators is a fragment: a query
/// whose rows can be computed batch by batch. Scans in fragments are BoundScan nodes: the first ones are the inputs of
/// the bound query, the following ones the results of the operators in their order.

/// A value that never decreases while a clock advances: expression, over clock_variable, of type TIMESTAMP.
struct ClockValue {
    std::size_t clock = 0;
    ast::Expression expression;
};

/// A time key of a relation, for every input its rows can come from.
using TimeKey = std::vector<ClockValue>;

/// A lower bound, growing, of the event times that are still to come: a watermark.
struct PlannedClock {
    enum class Kind : std::uint8_t {
        event_time,       ///< Of an input: the running maximum of an expression over its rows.
        arrival,          ///< Of an input: the time of arrival, which goes on when nothing arrives.
        operator_output,  ///< What an operator says about the rows it is still going to deliver.
        upstream,         ///< Of a pipeline that is read: one of its own clocks.
        united            ///< For readers: the least of the values of other clocks of the plan.
    };
    Kind kind = Kind::event_time;
    /// upstream: of the first pipeline that has it. united: event_time where one of its members has that. Else the same
    /// as kind.
    Kind origin = Kind::event_time;
    /// united, or follows one that is: its rows come by several ways, whose rows took turns somehow.
    bool is_united = false;
    TimeKey members;                 ///< united: of clocks of inputs and operators.
    std::size_t upstream_clock = 0;  ///< upstream: index into the clocks of the pipeline.
    std::size_t scan = 0;            ///< The scan whose rows it is about.
    std::size_t side = 0;            ///< operator_output of a join: which side's time it is.
    std::string column;              ///< Of an input.
    ColumnType type;                 ///< Of that column.
    ast::Expression watermark;       ///< event_time: over the columns of the input.
    /// The watermark is the column itself, a TIMESTAMP of the input's own, less so many microseconds.
    std::optional<std::int64_t> delay;
    std::chrono::milliseconds idle{30'000};
};

/// Which rows of a fragment came too late: those of which a value lies before a bound at the watermark of their own
/// input, as it was when they came, and those of which a value is NULL. It is asked of the rows that WHERE lets pass.
struct PlannedLateness {
    ast::Query query;  ///< The query of the fragment with the values, origin_column and row_position_column at the end.
    std::size_t values = 0;
    struct Rule {
        std::size_t value = 0;  ///< Which of the values; TIMESTAMP.
        std::size_t scan = 0;   ///< Whose rows it is about.
        ClockValue bound;
    };
    std::vector<Rule> rules;
    bool is_left_open = false;  ///< The operator decides about the rows that the rules find, NULL apart.
};

/// A stateless query over scans.
struct PlannedFragment {
    ast::Query query;
    std::optional<PlannedLateness> lateness;
    bool changes = false;  ///< Its rows may be taken back. Set for the inputs of ChangingPlan.
    /// The order of its rows depends on one input alone; otherwise on how inputs happened to take turns, or on batches.
    bool in_order = true;
};

/// Aggregates computed from parts, so that state grows with the number of groups and not with that of rows.
struct AggregateParts {
    std::vector<OutputColumn> rows;  ///< What they are made of.
    ast::Query make;                 ///< From rows (operator_rows_scan) to parts: keys and partial aggregates. No rows
                                     ///< make no parts.
    /// Without keys: the part of no rows at all (operator_rows_scan), from which SQL has an answer too.
    std::optional<ast::Query> of_nothing;
    /// Every row is a part of its own. Sums of floating-point numbers depend, in their last digits, on the order in
    /// which they are added up, so each is added to what is kept, as the engine does with all rows at once.
    bool folds = false;
    ast::Query merge;               ///< From parts (operator_rows_scan) to parts, one for each group.
    ast::Query finish;              ///< From merged parts (operator_rows_scan) to the result.
    std::vector<std::string> keys;  ///< Names of the key columns of parts.
    bool in_order = false;          ///< A part depends on the order in which the rows came: FIRST, LAST, ...

    /// One statement for rows and parts costs half of two. But the engine may aggregate on several threads, in any
    /// order.
    [[nodiscard]] bool can_be_made_with_rows() const { return folds || !in_order; }
};

/// Keeps rows until the watermark has passed their key, then runs the query over them: windowed aggregation, DISTINCT
/// and OVER within windows.
struct WindowPlan {
    PlannedFragment input;  ///< Delivers the values the query needs, and time_key_column.
    TimeKey key;
    ast::Query query;                     ///< Over operator_rows_scan.
    std::optional<AggregateParts> parts;  ///< Parts have time_key_column too, as one of their keys.
};

/// Keeps rows until their session has ended: no row of the same keys came for the length of the gap.
struct SessionPlan {
    PlannedFragment input;  ///< Delivers the values the query needs, and time_key_column: the time of the row.
    TimeKey key;
    std::vector<ast::Expression> partition;  ///< The other grouping keys, over the values.
    ast::Expression gap;
    ast::Query query;  ///< Over operator_rows_scan, which has window_column too.
};

/// Window functions over rows in the order of their event time.
struct OverPlan {
    /// Which rows the window functions of one partitioning may still need.
    struct Frame {
        std::vector<ast::Expression> partition;     ///< Over the values.
        std::size_t rows_before = 0;                ///< ROWS n PRECEDING, LAG(x, n): the largest.
        std::size_t rows_after = 0;                 ///< ROWS n FOLLOWING, LEAD(x, n): the largest.
        std::size_t first_rows = 0;                 ///< ROW_NUMBER() <= n: the first n are kept for good.
        std::vector<ast::Expression> range_before;  ///< RANGE INTERVAL PRECEDING: the intervals.
        std::vector<ast::Expression> range_after;
    };
    PlannedFragment input;  ///< Delivers the values the query needs, and time_key_column.
    TimeKey key;            ///< Empty: in the order of arrival, at once.
    ast::Query query;       ///< Over operator_rows_scan; also delivers the row's own number, arrival_column.
    std::vector<Frame> frames;
};

/// Rows of two streams that belong together. A side keeps a row as long as a partner may still come.
struct JoinPlan {
    /// Rows of a side may be forgotten once value lies before bound, a value of the other side's watermark.
    struct Expiry {
        ast::Expression value;  ///< Over the columns of the side, TIMESTAMP.
        TimeKey bound;
    };
    struct Side {
        PlannedFragment input;         ///< Delivers the columns that are needed, and time_key_column if it has a time.
        std::optional<TimeKey> time;   ///< Of time_key_column.
        bool keeps_unmatched = false;  ///< Rows without partner are delivered when they expire.
        std::vector<Expiry> expiries;  ///< None: rows are kept for good.
    };
    enum class Kind : std::uint8_t { pairs, semi, anti, asof };
    Kind kind = Kind::pairs;
    std::array<Side, 2> sides;               ///< Left and right.
    ast::Query query;                        ///< Over operator_rows_scan (left) and operator_rows_scan - 1 (right).
    ast::Query matched;                      ///< The arrival_column of both sides for every pair; empty body for ASOF.
    std::vector<ast::Expression> asof_keys;  ///< ASOF: of the right side, what is compared for equality.
};

/// A result that changes with every row: grouped aggregates without a window, joins without a bound, and whatever is
/// computed over changing rows. Delivers changes.
struct ChangingPlan {
    std::vector<PlannedFragment> inputs;  ///< Deliver the values the query needs.
    ast::Query query;                     ///< Over operator_rows_scan - input.
    /// With one input: the result for a group depends on the rows with the same values of these (over the values)
    /// alone.
    std::vector<ast::Expression> groups;
    bool grouped = false;
    std::optional<AggregateParts> parts;  ///< Only where input rows are never taken back.
    /// With two inputs, where a condition of the join may fail for a pair: query takes such a pair for one that does
    /// not belong together, and this one computes the condition of pairs, so that it is told.
    std::optional<ast::Query> pairs;
    /// ROW_NUMBER() ... <= n over rows that are never taken back: the rows (of operator_rows_scan) that still matter.
    std::optional<ast::Query> prune;
};

struct PlannedOperator {
    using Node = std::variant<WindowPlan, SessionPlan, OverPlan, JoinPlan, ChangingPlan>;
    std::string name;  ///< "window aggregate", "join", ... for EXPLAIN.
    /// Which one of the query it is: the same whenever the query is planned, and no other operator's. The way to it
    /// from the whole query: "top", "top.from.left".
    std::string id;
    /// Of all that makes its state what it is: see plan_fingerprint.h.
    std::uint64_t fingerprint = 0;
    SourceSpan span;
    Node node;
    std::vector<OutputColumn> columns;
    bool changes = false;                  ///< Its rows may be taken back.
    std::vector<std::string> key_columns;  ///< With changes: the columns that identify a row, if known.
    /// Of its output columns, those that grow with one of its clocks (by side), over clock_variable.
    struct TimeColumn {
        std::string name;
        std::size_t clock = 0;  ///< Index into StreamPlan::clocks.
        ast::Expression value;
    };
    std::vector<TimeColumn> time_columns;
    std::vector<std::size_t> output_clocks;  ///< Indexes into StreamPlan::clocks, by side.
};

/// What grows with time among the columns of a result, for whoever reads it.
struct ResultTimes {
    struct Column {
        std::size_t position = 0;
        std::string name;
        TimeKey key;  ///< By the clocks of the plan: one, but for windows that differ.
    };
    struct Clock {
        PlannedClock::Kind origin = PlannedClock::Kind::event_time;  ///< As of a planned clock, as the next.
        bool is_united = false;
    };
    std::vector<Column> columns;
    std::vector<Clock> clocks;  ///< Those of the plan.
};

struct StreamPlan {
    std::vector<PlannedClock> clocks;
    std::size_t clocks_in_use = 0;           ///< Those after are there for readers alone.
    std::vector<PlannedOperator> operators;  ///< Each reads only inputs and operators before it.
    PlannedFragment result;
    std::size_t input_count = 0;
    bool changes = false;                  ///< The result is a changelog.
    bool in_order = true;                  ///< As of a fragment.
    std::vector<std::string> key_columns;  ///< With changes: the columns of the result that identify a row, if known.
    ResultTimes times;
    ast::Query result_with_origins;  ///< Where there are times: with origin_column and row_position_column at the end.
};

}  // namespace laminar
