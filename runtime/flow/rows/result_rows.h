#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar {

/// Shows rows in a slot for as long as it lives.
class ShownRows {
public:
    ShownRows(BatchSlot& slot, const ResultTable& rows) : slot_(slot) { slot_.set_rows(&rows); }
    ~ShownRows() { slot_.set_rows(nullptr); }
    ShownRows(const ShownRows&) = delete;
    ShownRows& operator=(const ShownRows&) = delete;

private:
    BatchSlot& slot_;
};

/// An empty result with these columns.
[[nodiscard]] ResultTable empty_rows(const std::vector<OutputColumn>& columns);
/// Appends the rows of another result with the same columns.
void append_rows(ResultTable& rows, ResultTable more);
/// Drops the rows from count on.
void truncate_rows(ResultTable& rows, std::size_t count);
/// Drops all rows but these, which are given in ascending order.
void keep_rows(ResultTable& rows, const std::vector<std::size_t>& kept);
/// Adds a BIGINT column that numbers the rows from first on.
void number_rows(ResultTable& rows, const std::string& column, std::int64_t first);
[[nodiscard]] std::size_t byte_size(const ResultTable& rows) noexcept;

}  // namespace laminar
