#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/bind/binding_context.h"

namespace laminar {

/// CREATE TABLE t (...) WITH (connector = 'websocket', endpoint = ..., retention = ...): the connection that the
/// options declare, and those of the table itself, in which connector names that connection.
struct InlineConnection {
    ConnectionObject connection;
    std::vector<ast::Option> table_options;
};

/// The connector that a table names where a connection could stand; null where it names a connection, or nothing.
[[nodiscard]] const ConnectorDescriptor* inline_connector(const BindingContext& context,
                                                          const ast::CreateTable& create);
/// The connection that a table names, if that can be neither read nor written: tables share it, each with a connection
/// of its own that has its options and those of the table. Null otherwise.
[[nodiscard]] const ConnectionObject* shared_connection(const BindingContext& context, const ast::CreateTable& create);

/// shared: whose options it has beside those of the table; may be null. nullopt after reporting what is wrong with its
/// options, or with their names.
[[nodiscard]] std::optional<InlineConnection> bind_inline_connection(const BindingContext& context,
                                                                     const ast::CreateTable& create,
                                                                     const ConnectorDescriptor& connector,
                                                                     const ConnectionObject* shared);

/// The connection that a table declares itself; null where it names another one, or none.
[[nodiscard]] const ConnectionObject* own_connection(const Catalog& catalog, const TableObject& table);

}  // namespace laminar
