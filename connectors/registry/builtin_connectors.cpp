#include "connectors/registry/builtin_connectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "connectors/blackhole/blackhole_connector.h"
#include "connectors/file/file_connector.h"
#include "connectors/generator/generator_connector.h"
#include "connectors/kafka/kafka_connector.h"
#include "connectors/stdout/stdout_connector.h"
#include "connectors/websocket/websocket_connector.h"

namespace laminar {
namespace {

/// In the order in which they are listed.
const std::array<const Connector*, 6>& connectors() {
    static const std::array<const Connector*, 6> all{
        &websocket_connector(), &kafka_connector(),  &generator_connector(),
        &file_connector(),      &stdout_connector(), &blackhole_connector(),
    };
    return all;
}

std::vector<ConnectorDescriptor> descriptors() {
    std::vector<ConnectorDescriptor> all;
    for (const Connector* connector : connectors()) all.push_back(connector->descriptor());
    return all;
}

}  // namespace

const ConnectorRegistry& builtin_connectors() {
    static const ConnectorRegistry registry(descriptors());
    return registry;
}

const Connector& connector_of(const ConnectionObject& definition) {
    const std::string_view name = definition.connector ? definition.connector->name : std::string_view();
    const auto found = std::find_if(connectors().begin(), connectors().end(), [name](const Connector* connector) {
        return connector->descriptor().name == name;
    });
    if (found == connectors().end()) throw std::logic_error(fmt::format("there is no connector \"{}\"", name));
    return **found;
}

}  // namespace laminar
