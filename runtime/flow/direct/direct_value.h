#pragma once

#include <memory>

#include "connectors/rows/column_batch.h"
#include "parser/ast/query.h"
#include "runtime/flow/direct/direct_columns.h"
#include "runtime/flow/direct/direct_rows.h"

namespace laminar {

/// A value that is computed without a statement and can never fail: a column as it is, the start of the TUMBLE window
/// that a TIMESTAMP column lies in, or an average of its sum and its count (AggregateParts::finish).
class DirectValue {
public:
    virtual ~DirectValue() = default;
    /// Appends the value of each row. False where only a statement can tell one of them; some may be appended then.
    [[nodiscard]] virtual bool append(const DirectRows& rows, ColumnVector& to) const = 0;
};

/// Null where the expression is something else, or of another type.
[[nodiscard]] std::unique_ptr<DirectValue> make_direct_value(const ast::Expression& expression, const ColumnType& type,
                                                             DirectColumns& columns);
/// A column, by its number; null where it is of another type.
[[nodiscard]] std::unique_ptr<DirectValue> make_direct_column(std::size_t column, const ColumnType& type,
                                                              const DirectColumns& columns);

}  // namespace laminar
