#include "catalog/objects/connector_registry.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {

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

}  // namespace laminar
