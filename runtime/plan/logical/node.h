#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/query/bound_query.h"
#include "runtime/plan/logical/asof_join.h"
#include "runtime/plan/logical/changing_aggregate.h"
#include "runtime/plan/logical/changing_join.h"
#include "runtime/plan/logical/over_time.h"
#include "runtime/plan/logical/rows.h"
#include "runtime/plan/logical/scan.h"
#include "runtime/plan/logical/session_aggregate.h"
#include "runtime/plan/logical/stream_join.h"
#include "runtime/plan/logical/top_rows.h"
#include "runtime/plan/logical/union_all.h"
#include "runtime/plan/logical/window_aggregate.h"

namespace laminar::logical {

/// A relation of a continuous query, and how it comes about. A tree: inputs belong to one node. It says nothing about
/// who computes it; its queries are those of the user, over the relations that they read.
struct Node {
    using Kind = std::variant<Scan, Rows, UnionAll, WindowAggregate, SessionAggregate, OverTime, StreamJoin, AsofJoin,
                              ChangingJoin, ChangingAggregate, TopRows>;
    /// Which one of the query it is: the same whenever the query is planned, and no other node's. The way to it from
    /// the whole query: "top", "top.from.left".
    std::string id;
    /// A hash of all that makes its rows what they are: what it computes, and those of its inputs. State that was made
    /// under the same fingerprint can be gone on with; under another it is state of another query.
    std::uint64_t fingerprint = 0;
    SourceSpan span;
    std::vector<OutputColumn> columns;
    bool changes = false;          ///< Rows may be taken back.
    std::vector<std::string> key;  ///< With changes: the columns that identify a row, if they are known.
    /// Rows come in an order that depends on one input alone; otherwise on how inputs happened to take turns, or on
    /// batches.
    bool in_order = true;
    /// The event times of its rows, and their watermarks: as far as something of the query goes by them, or whoever
    /// reads it can.
    std::vector<TimeColumn> times;
    /// Of scans and of what keeps state: by which clocks name it. Scans have the index of their input; the others
    /// follow, each after those below it.
    std::size_t number = 0;
    std::vector<std::size_t> output_clocks;  ///< Of what keeps state, by side: indexes into Plan::clocks.
    std::vector<Node> inputs;
    Kind kind;
};

[[nodiscard]] bool keeps_state(const Node& node) noexcept;
/// "window aggregate", "join bounded in time", ...: for people.
[[nodiscard]] std::string_view name_of(const Node& node) noexcept;
/// The parts of a plan that keep state, by their numbers.
[[nodiscard]] std::vector<const Node*> stateful_nodes(const Node& root);

}  // namespace laminar::logical
