#pragma once

#include <cstdint>

#include "catalog/objects/catalog.h"
#include "parser/ast/query.h"

namespace laminar {

/// How many nodes the expansion of declared functions may add to a statement: functions that each use the former twice
/// double with every step, and the engine needs time and memory for every node.
inline constexpr std::uint64_t most_expanded_nodes = 10'000;

/// Fills in expanded_size and parameter_uses from the body and the functions it calls.
void measure_expansion(FunctionObject& function, const Catalog& catalog);

/// How many nodes expressions gain when the declared functions that they call are expanded. Grows with the text, not
/// with the result.
[[nodiscard]] std::uint64_t expanded_nodes(const ast::Query& query, const Catalog& catalog);
[[nodiscard]] std::uint64_t expanded_nodes(const ast::Expression& expression, const Catalog& catalog);

}  // namespace laminar
