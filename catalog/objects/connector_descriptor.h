#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"
#include "catalog/options/option_set.h"

namespace laminar {

class OptionSchema;

/// What the catalog knows of a connector: the part of a Connector (connectors/connector.h) in which no network type
/// appears.
struct ConnectorDescriptor {
    struct Column {
        std::string_view name;
        TypeId type;
    };
    std::string_view name;  ///< As in TO websocket.
    std::string_view help;  ///< One line.
    const OptionSchema* options = nullptr;
    bool is_source = true;  ///< Can rows be read from it? role_option may still forbid it.
    bool is_sink = true;
    std::string_view role_option;       ///< Option whose value "source" or "sink" narrows it to one; empty without.
    std::vector<Column> fixed_columns;  ///< Fields every message has; empty when the peer decides.
};

}  // namespace laminar
