#pragma once

#include "catalog/bind/binding_context.h"

namespace laminar {

/// Binds the options of a column of a table that is bound to a connection into column, whose name and type are known.
/// connection: null where the table names none that exists. Reports what is wrong.
void bind_column_options(const BindingContext& context, const ast::ColumnDefinition& definition,
                         const TableObject& table, const ConnectionObject* connection, ColumnObject& column);

/// Reports an option of a table or of its columns that is about fields, where messages have none.
void require_fields(const BindingContext& context, const TableObject& table, const ConnectionObject* connection,
                    std::string_view option, SourceSpan span);

}  // namespace laminar
