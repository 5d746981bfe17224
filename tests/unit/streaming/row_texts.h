#pragma once

#include <string>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar::test {

/// Rows as text, cell by cell, in which values can be compared whatever their type is.
using RowText = std::vector<std::string>;

/// The rows of a result, read through a slot with this key.
[[nodiscard]] std::vector<RowText> texts_of(Engine& engine, const std::string& key, const ResultTable& rows);
/// The rows of a query.
[[nodiscard]] std::vector<RowText> texts_of(Engine& engine, const std::string& query);
[[nodiscard]] std::string types_of(const std::vector<OutputColumn>& columns);

/// What one multiset of rows has and the other has not; empty when they are the same, every digit of numbers included:
/// texts of floating-point numbers differ when their bits do.
[[nodiscard]] std::string difference_of(const std::vector<RowText>& result, const std::vector<RowText>& expected);

}  // namespace laminar::test
