#pragma once

#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// How the changes of an updating result are written as rows.
enum class ChangelogForm : std::uint8_t {
    marks,    ///< All of them, with "_op": +I, -U, +U, -D.
    upsert,   ///< +I, +U and -D alone: what a receiver that keeps rows by key needs.
    debezium  ///< "before", "after" (JSON), "op" (c, u, d) and "ts_ms", one row for an update.
};

/// The columns that make_changelog delivers for rows with these columns.
[[nodiscard]] std::vector<OutputColumn> changelog_columns(const std::vector<OutputColumn>& columns, ChangelogForm form);

/// Rows taken back and rows added, as one sequence of changes. Rows with the same values of keys are one row that
/// changed; without keys nothing is known to be an update. now: UTC milliseconds.
[[nodiscard]] ResultTable make_changelog(const ResultTable& removed, const ResultTable& added,
                                         const std::vector<std::string>& keys, ChangelogForm form, std::int64_t now);

/// Appends one value, NULL or not, of a column of the same type.
void append_value(ColumnVector& to, const ColumnVector& from, std::size_t row);

}  // namespace laminar
