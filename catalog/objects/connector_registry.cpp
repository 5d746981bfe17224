#include "catalog/objects/connector_registry.h"

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"

namespace laminar {

ConnectorRegistry::ConnectorRegistry(std::vector<ConnectorDescriptor> descriptors)
    : descriptors_(std::move(descriptors)) {
    collect_metadata();
    collect_system_tables();
}

void ConnectorRegistry::collect_metadata() {
    for (const MetadataField common : common_metadata_columns()) {
        for (const ConnectorDescriptor& descriptor : descriptors_) {
            for (const MetadataColumn& column : descriptor.metadata) {
                if (column.shown_before == common->name) metadata_.emplace_back(column);
            }
        }
        metadata_.push_back(common);
    }
}

void ConnectorRegistry::collect_system_tables() {
    for (const SystemTableColumn& common : common_columns(SystemTableContent::connections)) {
        for (const ConnectorDescriptor& descriptor : descriptors_) {
            for (const StatusColumn& column : descriptor.status_columns) {
                if (column.shown_before == common.name) connection_columns_.push_back(column.column);
            }
        }
        connection_columns_.push_back(common);
    }
    const auto add = [this](SystemTableSchema schema, std::string_view connector) {
        if (schema.content == SystemTableContent::connections)
            schema.columns = connection_columns_;
        else if (schema.content != SystemTableContent::of_connector)
            schema.columns = common_columns(schema.content);
        schema.connector = connector;
        system_tables_.push_back(schema);
    };
    for (const SystemTableSchema& schema : common_system_tables()) {
        add(schema, {});
        if (schema.content != SystemTableContent::connections) continue;
        for (const ConnectorDescriptor& descriptor : descriptors_) {
            for (const SystemTableSchema& own : descriptor.system_tables) add(own, descriptor.name);
        }
    }
}

const ConnectorDescriptor* ConnectorRegistry::find(std::string_view name) const noexcept {
    const auto found = std::find_if(descriptors_.begin(), descriptors_.end(), [name](const ConnectorDescriptor& each) {
        return equals_ignoring_case(each.name, name);
    });
    return found == descriptors_.end() ? nullptr : &*found;
}

std::vector<std::string> ConnectorRegistry::names() const {
    std::vector<std::string> result;
    for (const ConnectorDescriptor& descriptor : descriptors_) result.emplace_back(descriptor.name);
    return result;
}

const MetadataColumn* ConnectorRegistry::find_metadata_column(std::string_view name) const noexcept {
    for (const MetadataField field : metadata_) {
        if (equals_ignoring_case(field->name, name)) return &*field;
    }
    return nullptr;
}

const SystemTableSchema* ConnectorRegistry::find_system_table(std::string_view name) const noexcept {
    for (const SystemTableSchema& schema : system_tables_) {
        if (equals_ignoring_case(schema.name, name)) return &schema;
    }
    return nullptr;
}

std::vector<std::string> ConnectorRegistry::system_table_names() const {
    std::vector<std::string> names;
    for (const SystemTableSchema& schema : system_tables_) names.push_back("system." + std::string(schema.name));
    return names;
}

}  // namespace laminar
