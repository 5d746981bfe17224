#include "connectors/blackhole/blackhole_connector.h"

#include "catalog/options/option_schema.h"
#include "connectors/blackhole/blackhole_connection.h"
#include "connectors/blackhole/options.h"

namespace laminar {
namespace {

const OptionSchema& blackhole_option_schema() {
    static const OptionSchemaOf<BlackholeOptions> schema("connector \"blackhole\"", SecretsInTexts::are_replaced);
    return schema;
}

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "blackhole";
    descriptor.help = "Takes rows and forgets them, to measure what comes before.";
    descriptor.options = &blackhole_option_schema();
    descriptor.is_source = false;
    return descriptor;
}

class BlackholeConnector final : public Connector {
public:
    BlackholeConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        return make_blackhole_connection(definition, context);
    }
};

}  // namespace

const Connector& blackhole_connector() {
    static const BlackholeConnector connector;
    return connector;
}

}  // namespace laminar
