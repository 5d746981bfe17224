#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/connector_descriptor.h"

namespace laminar {

/// The connectors that CREATE CONNECTION can name. Immutable after construction; passed as an argument.
class ConnectorRegistry {
public:
    explicit ConnectorRegistry(std::vector<ConnectorDescriptor> descriptors) : descriptors_(std::move(descriptors)) {}

    [[nodiscard]] const ConnectorDescriptor* find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<ConnectorDescriptor>& all() const noexcept { return descriptors_; }
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::vector<ConnectorDescriptor> descriptors_;
};

}  // namespace laminar
