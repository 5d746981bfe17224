#pragma once

#include <string>
#include <vector>

#include "catalog/objects/connector_registry.h"
#include "catalog/options/option_schema.h"

namespace laminar {

/// Everything the schema says about an option, in words, for people and programs: one row of DESCRIBE CONNECTOR, of
/// docs/connectors.md and of laminar connectors.
struct OptionReference {
    std::string name;
    std::string type;           ///< "integer (ms)", "string", "list of strings".
    std::string required;       ///< "always", "mode = 'client'", or empty.
    std::string default_value;  ///< As SQL, or in words what holds without the option; empty when it is required.
    std::string allowed;        ///< "'json', 'text', 'binary'", "between 1 and 9"; empty without bounds.
    std::string applies;        ///< "mode = 'client'"; empty when always.
    std::string help;
    std::string example;  ///< name = value.
    bool secret = false;
    bool available = true;
    std::string unavailable;  ///< Values that have no effect in this version; empty without any.
};

[[nodiscard]] OptionReference describe_option(const OptionSchema& schema, const OptionDeclaration& option);
[[nodiscard]] std::vector<OptionReference> describe_options(const OptionSchema& schema);

/// All connectors, or the one of that name (which must exist) when name is not empty.
[[nodiscard]] std::string connector_reference_text(const ConnectorRegistry& registry, std::string_view name = {});
[[nodiscard]] std::string connector_reference_json(const ConnectorRegistry& registry, std::string_view name = {});
/// Without a name this is docs/connectors.md, with the options of tables and columns and the metadata columns.
[[nodiscard]] std::string connector_reference_markdown(const ConnectorRegistry& registry, std::string_view name = {});

}  // namespace laminar
