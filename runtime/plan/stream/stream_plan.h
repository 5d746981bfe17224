#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/aggregates/aggregate_parts.h"
#include "runtime/plan/expressions/operator_rows.h"
#include "runtime/plan/logical/logical_plan.h"

namespace laminar {

/// A continuous query as a graph of operators that keep state, over DuckDB. Everything between two operators is a
/// fragment: a query whose rows can be computed batch by batch. Scans in fragments are BoundScan nodes: the first ones
/// are the inputs of the bound query, the following ones the results of the operators in their order.

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
    using Frame = logical::OverTime::Frame;
    PlannedFragment input;  ///< Delivers the values the query needs, and time_key_column.
    TimeKey key;            ///< Empty: in the order of arrival, at once.
    ast::Query query;       ///< Over operator_rows_scan; also delivers the row's own number, arrival_column.
    std::vector<Frame> frames;
};

/// Rows of two streams that belong together. A side keeps a row as long as a partner may still come.
struct JoinPlan {
    using Expiry = logical::JoinSide::Expiry;
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
    std::string id;  ///< Of the logical node, as all but the next and node.
    /// Of all that makes its state what it is: the node's, and how state is kept. State that was made under the same
    /// can be gone on with; under another it is state of another query.
    std::uint64_t fingerprint = 0;
    std::vector<OutputColumn> columns;
    bool changes = false;
    std::vector<TimeColumn> time_columns;
    std::vector<std::size_t> output_clocks;
    Node node;
};

struct StreamPlan {
    /// What it was made from: it has the clocks, and what is known of the result.
    std::shared_ptr<const logical::Plan> logical;
    std::vector<PlannedOperator> operators;  ///< Each reads only inputs and operators before it.
    PlannedFragment result;
    ast::Query result_with_origins;  ///< Where there are times: with origin_column and row_position_column at the end.

    [[nodiscard]] const std::vector<PlannedClock>& clocks() const noexcept { return logical->clocks; }
};

}  // namespace laminar
