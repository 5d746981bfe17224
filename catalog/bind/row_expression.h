#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/bind/binding_context.h"

namespace laminar {

/// An expression over the columns of one row of a table, as the engine is given it.
struct RowExpression {
    ast::Expression expression;
    ColumnType type;  ///< unknown where it does not tell (NULL).
};

/// Names the functions that an expression of a table calls among those it depends on.
void add_function_dependencies(const BindingContext& context, const ast::Expression& expression, TableObject& table);

/// Has the columns of a table that an expression names go by their names within the engine (column_name.h).
void name_columns_for_engine(ast::Expression& expression, const std::vector<ColumnObject>& columns);

/// The columns of a table, under these names.
[[nodiscard]] std::vector<OutputColumn> columns_in_engine(const TableObject& table);

/// Binds an expression of a table that is computed row by row: a watermark, a computed column. columns: what it may
/// name. what: "a watermark". nullopt after reporting errors.
[[nodiscard]] std::optional<RowExpression> bind_row_expression(const BindingContext& context, const TableObject& table,
                                                               const std::vector<OutputColumn>& columns,
                                                               const ast::Expression& expression,
                                                               std::string_view what);

/// Binds the computed columns (x AS expression) of a table over a connection, whose other columns are there. They may
/// name these, the metadata of a row, and computed columns before them.
void bind_computed_columns(const BindingContext& context, const ast::CreateTable& create, TableObject& table);

}  // namespace laminar
