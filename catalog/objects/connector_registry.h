#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/connector_descriptor.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/objects/system_table_schema.h"

namespace laminar {

/// The connectors that CREATE CONNECTION can name, and what follows from which there are: the metadata columns of
/// streams and the system tables. Immutable after construction; passed as an argument.
class ConnectorRegistry {
public:
    explicit ConnectorRegistry(std::vector<ConnectorDescriptor> descriptors);
    ConnectorRegistry(const ConnectorRegistry&) = delete;
    ConnectorRegistry& operator=(const ConnectorRegistry&) = delete;

    [[nodiscard]] const ConnectorDescriptor* find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<ConnectorDescriptor>& all() const noexcept { return descriptors_; }
    [[nodiscard]] std::vector<std::string> names() const;

    /// Of every stream, in the order in which include_metadata = true shows them.
    [[nodiscard]] const std::vector<MetadataField>& metadata_columns() const noexcept { return metadata_; }
    /// By name without regard to case; null when there is none.
    [[nodiscard]] const MetadataColumn* find_metadata_column(std::string_view name) const noexcept;

    [[nodiscard]] const std::vector<SystemTableSchema>& system_tables() const noexcept { return system_tables_; }
    /// By the name after "system.", without regard to case; null when there is none.
    [[nodiscard]] const SystemTableSchema* find_system_table(std::string_view name) const noexcept;
    /// "system.x" for each, for suggestions.
    [[nodiscard]] std::vector<std::string> system_table_names() const;

private:
    void collect_metadata();
    void collect_system_tables();

    std::vector<ConnectorDescriptor> descriptors_;
    std::vector<MetadataField> metadata_;
    std::vector<SystemTableColumn> connection_columns_;  ///< Of tables of connections: common ones and connectors'.
    std::vector<SystemTableSchema> system_tables_;
};

}  // namespace laminar
