#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "catalog/objects/column_type.h"

namespace laminar {

/// What the rows of a system table are.
enum class SystemTableContent : std::uint8_t {
    connections,  ///< Of the connector that declares the table, or of all.
    connection_log,
    connection_gaps,
    dead_letters,
    pipelines,
    tables,
    connector_options,
    of_connector,  ///< What its connections say: Connection::system_rows.
};

/// Times are TIMESTAMP in UTC.
struct SystemTableColumn {
    std::string_view name;
    TypeId type;
    std::string_view help;  ///< One line.
};

/// A relation under "system.": what queries may name and what the runtime serves. One declaration drives name
/// resolution, check, and the reference. Immutable data; any thread.
struct SystemTableSchema {
    std::string_view name;  ///< After "system.".
    std::string_view help;  ///< One line.
    SystemTableContent content;
    /// Of content of_connector the connector's own, after connection_name; otherwise those of the content, wherever it
    /// is declared.
    std::span<const SystemTableColumn> columns = {};
    std::string_view connector = {};  ///< Whose it is; empty: it is there whatever connectors there are.
};

/// A fact of the status of a connection that only one connector knows: a column of system.connections.
struct StatusColumn {
    SystemTableColumn column;
    std::string_view shown_before;  ///< The column of all connections before which it is shown.
    bool is_count = false;          ///< Connections of other connectors have 0 of it rather than NULL.
};

/// Those that are there whatever connectors there are. All there are: ConnectorRegistry::system_tables.
[[nodiscard]] std::span<const SystemTableSchema> common_system_tables() noexcept;
/// The columns of a content, without what connectors add.
[[nodiscard]] std::span<const SystemTableColumn> common_columns(SystemTableContent content) noexcept;

}  // namespace laminar
