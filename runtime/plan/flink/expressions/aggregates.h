#pragma once

#include <string_view>
#include <vector>

#include "runtime/plan/flink/expressions/expressions.h"

namespace laminar::flink {

/// An aggregate function of the engine with an equal in Flink.
struct Aggregate {
    std::string_view name;
    std::string_view example;  ///< A call, for the tests and the list in the documents.
    std::string_view equal;    ///< What it becomes, for people.
};
[[nodiscard]] const std::vector<Aggregate>& aggregates();
[[nodiscard]] bool is_aggregate(std::string_view name);

struct AggregateUse {
    std::string over;               ///< OVER (...), in Flink SQL; empty where rows are grouped.
    bool rows_are_complete = true;  ///< Of a window: no row is added or taken back once it is computed.
};

/// A call of an aggregate. Sums are exact where they are here: over DECIMAL(38, s), whose digits no sum of so many rows
/// uses up.
[[nodiscard]] Written write_aggregate(ExpressionWriter& writer, const ast::FunctionCall& call,
                                      const ast::Expression& whole, const AggregateUse& use);

}  // namespace laminar::flink
