#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "parser/ast/query.h"

namespace laminar::ast {

// Equality by structure: of what nodes mean, not of where and how they are written. Names are compared without regard
// to case, a = b is a == b, x::INTEGER is CAST(x AS INTEGER), and parentheses mean nothing.

[[nodiscard]] bool same_structure(const Expression& one, const Expression& other);
[[nodiscard]] bool same_structure(const Query& one, const Query& other);

/// A hash of a structure: the same for what is the same, in every run of the program and on every machine. It changes
/// when the meaning of a node does, and must not change otherwise: state is found again by it.
class StructureHash {
public:
    StructureHash& add(std::string_view text) noexcept;
    StructureHash& add(std::uint64_t number) noexcept;
    StructureHash& add(const Expression& expression);
    StructureHash& add(const Query& query);
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 14695981039346656037U;
};

struct HashOfStructure {
    std::size_t operator()(const Expression& expression) const { return StructureHash().add(expression).value(); }
};
struct SameStructure {
    bool operator()(const Expression& one, const Expression& other) const { return same_structure(one, other); }
};
/// By what is structurally the same.
template <class Value>
using ExpressionMap = std::unordered_map<Expression, Value, HashOfStructure, SameStructure>;
using ExpressionSet = std::unordered_set<Expression, HashOfStructure, SameStructure>;

}  // namespace laminar::ast
