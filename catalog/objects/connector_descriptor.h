#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/column_type.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/objects/system_table_schema.h"
#include "catalog/options/option_set.h"

namespace laminar {

class MessageLayout;
class OptionSchema;

/// What is wrong with options that their schema cannot say: with a file that one of them names.
struct OptionFinding {
    std::string_view option;  ///< The one to show it at.
    std::string message;
    std::string hint;
};

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
    bool has_events = false;            ///< Its sessions begin and end: tables may read that (stream = 'events').
    std::string_view role_option;       ///< Option whose value "source" or "sink" narrows it to one; empty without.
    std::vector<Column> fixed_columns;  ///< Fields every message has; empty when the peer decides.
    // What it knows beside what every connection does. Constants that live for ever.
    std::span<const MetadataColumn> metadata = {};  ///< Columns that all streams have then; NULL in those of others.
    std::span<const StatusColumn> status_columns = {};  ///< In the order of ConnectionStatus::details.
    std::span<const SystemTableSchema> system_tables = {};
    /// Reads into checked options what they name beyond themselves. Null: nothing.
    std::optional<OptionFinding> (*complete)(ConnectorOptions& options) = nullptr;
    /// What its messages are made of, where completed options say it; borrowed from them, null where they do not. Null:
    /// they never do.
    const MessageLayout* (*layout)(const ConnectorOptions& options) = nullptr;
};

}  // namespace laminar
