#include "cli/commands/connectors_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "catalog/bind/connector_reference.h"
#include "cli/commands/document_output.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/text/name_suggester.h"

namespace laminar {

int connectors_command(const std::string& name, ReferenceFormat format) {
    const ConnectorRegistry& registry = builtin_connectors();
    if (!name.empty() && !registry.find(name)) {
        const std::vector<std::string> names = registry.names();
        const std::string suggestion = did_you_mean(name, names);
        fmt::print(stderr, "laminar: there is no connector \"{}\"; {}\n", name,
                   suggestion.empty() ? fmt::format("connectors are {}", fmt::join(names, ", ")) : suggestion);
        return 2;
    }
    std::string text;
    switch (format) {
        case ReferenceFormat::text:
            text = connector_reference_text(registry, name);
            break;
        case ReferenceFormat::json:
            text = connector_reference_json(registry, name);
            break;
        case ReferenceFormat::markdown:
            text = connector_reference_markdown(registry, name);
            break;
    }
    if (!text.ends_with('\n')) text += '\n';
    return print_document(text);
}

}  // namespace laminar
