#pragma once

#include <cstddef>

namespace laminar {

/// How tightly operators bind, from loose to tight, as in DuckDB but for two: -> and ->> bind like the other operators
/// (as in PostgreSQL), not looser than OR, so that a = 1 AND data ->> 'k' = 'x' means what it says (lambdas are
/// recognized by where they stand); and == is a comparison like =.
enum class Precedence : int {
    none = 0,
    disjunction,
    conjunction,
    negation,
    is_test,
    comparison,
    pattern,  ///< IN, BETWEEN, LIKE.
    other_operator,
    sum,
    product,
    power,
    time_zone,
    collation,
    sign,
};

/// Of the infix operator that a token begins; none for other tokens. NOT counts as the pattern test it negates.
[[nodiscard]] Precedence infix_precedence(std::size_t token_type);

/// What the operand of a prefix operator must bind like.
[[nodiscard]] Precedence prefix_precedence(std::size_t token_type);

/// Comparisons and pattern tests do not chain: a < b < c is a mistake.
[[nodiscard]] constexpr bool chains(Precedence precedence) {
    return precedence != Precedence::comparison && precedence != Precedence::pattern;
}

[[nodiscard]] constexpr Precedence tighter(Precedence precedence) {
    return static_cast<Precedence>(static_cast<int>(precedence) + 1);
}

}  // namespace laminar
