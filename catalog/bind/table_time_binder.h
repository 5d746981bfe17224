#pragma once

#include <vector>

#include "catalog/bind/binding_context.h"

namespace laminar {

/// Binds event_time_field and WATERMARK FOR of a table: which column is its event time, and how late rows may be.
/// options: those of the table, without the ones of a connection that it declares among them.
void bind_table_time(const BindingContext& context, const ast::CreateTable& create,
                     const std::vector<ast::Option>& options, bool bound_to_connection, TableObject& table);

}  // namespace laminar
