#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/ast/query.h"

namespace laminar {

// Building blocks for nodes that stand in for a user's expression: they carry its span.

[[nodiscard]] ast::Identifier make_identifier(std::string_view text, SourceSpan span);
[[nodiscard]] ast::Expression make_string(std::string_view text, SourceSpan span);
[[nodiscard]] ast::Expression make_number(std::uint64_t value);
[[nodiscard]] ast::Expression make_column(std::string_view relation, std::string_view name, SourceSpan span);
[[nodiscard]] ast::Expression make_call(std::string_view name, std::vector<ast::Expression> arguments, SourceSpan span);
[[nodiscard]] ast::Expression make_cast(ast::Expression operand, std::string_view type, SourceSpan span);
/// With the span of left.
[[nodiscard]] ast::Expression make_binary(ast::Expression left, ast::Operator op, ast::Expression right);
/// struct_extract(structure, 'field')
[[nodiscard]] ast::Expression make_struct_field(ast::Expression structure, std::string_view field);
/// A whole TUMBLE or HOP window as the structure that it is: {'start': ..., 'end': ...}, of HOP the first one.
[[nodiscard]] ast::StructLiteral window_structure(const ast::TimeWindow& window, SourceSpan span);

}  // namespace laminar
