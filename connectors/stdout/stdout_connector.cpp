#include "connectors/stdout/stdout_connector.h"

#include "catalog/options/option_schema.h"
#include "connectors/stdout/options.h"
#include "connectors/stdout/stdout_connection.h"

namespace laminar {
namespace {

const OptionSchema& stdout_option_schema() {
    static const OptionSchemaOf<StdoutOptions> schema("connector \"stdout\"", SecretsInTexts::are_replaced);
    return schema;
}

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "stdout";
    descriptor.help = "Rows shown on standard output, in the format of the command line.";
    descriptor.options = &stdout_option_schema();
    descriptor.is_source = false;
    return descriptor;
}

class StdoutConnector final : public Connector {
public:
    StdoutConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        return make_stdout_connection(definition, context);
    }
};

}  // namespace

const Connector& stdout_connector() {
    static const StdoutConnector connector;
    return connector;
}

}  // namespace laminar
