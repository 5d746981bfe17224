#pragma once

#include "catalog/bind/binding_context.h"

namespace laminar {

/// The column of that name; null after reporting that the table has none.
[[nodiscard]] ColumnObject* require_column(const BindingContext& context, TableObject& table,
                                           const ast::Identifier& name);
[[nodiscard]] ColumnObject* require_column(const BindingContext& context, TableObject& table, std::string_view name,
                                           SourceSpan span);

/// What depends on all columns of CREATE TABLE and on its connection together: columns that the connector has by
/// itself, which of them are metadata, and which nothing ever fills. The connection is null for a stored table, and
/// where what is wrong with it has been reported.
void complete_columns(const BindingContext& context, const ast::CreateTable& create, const ConnectionObject* connection,
                      bool bound_to_connection, TableObject& table);

/// Reports columns, conditions and rows of a table for which the messages of its connection have no place, where a file
/// says what they are made of. table: with its columns.
void check_layout(const BindingContext& context, const ast::CreateTable& create,
                  const std::vector<ast::Option>& options, const TableObject& table,
                  const ConnectionObject& connection);

}  // namespace laminar
