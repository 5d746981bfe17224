#include "connectors/websocket/websocket_connector.h"

#include <utility>

#include "connectors/websocket/client/client.h"
#include "connectors/websocket/options/facts.h"
#include "connectors/websocket/options/option_risks.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/server/server.h"

namespace laminar {
namespace {

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "websocket";
    descriptor.help = "Messages over a WebSocket, as a client of an endpoint or as a server for clients.";
    descriptor.options = &websocket_option_schema();
    descriptor.metadata = websocket_metadata();
    descriptor.status_columns = websocket_status_columns();
    descriptor.system_tables = websocket_system_tables();
    return descriptor;
}

class WebSocketConnector final : public Connector {
public:
    WebSocketConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        auto options = std::dynamic_pointer_cast<const WebSocketOptions>(definition.options);
        if (!options) throw std::bad_cast();
        const auto make_role = options->mode == WebSocketMode::server ? make_websocket_server : make_websocket_client;
        return make_role(definition.name, std::move(options), context);
    }

    [[nodiscard]] const DeliveryOptions& delivery_options(const ConnectorOptions& options) const override {
        return dynamic_cast<const WebSocketOptions&>(options);
    }

    [[nodiscard]] DecoderOptions decoder_options(const ConnectorOptions& options) const override {
        const auto& typed = dynamic_cast<const WebSocketOptions&>(options);
        DecoderOptions decoder;
        decoder.format = typed.format;
        decoder.message_id_field = typed.message_id_field;
        return decoder;
    }

    [[nodiscard]] std::vector<OptionRisk> risks(const ConnectionObject& definition,
                                                const GivenOptions& given) const override {
        return websocket_option_risks(definition.name, dynamic_cast<const WebSocketOptions&>(*definition.options),
                                      given);
    }
};

}  // namespace

const Connector& websocket_connector() {
    static const WebSocketConnector connector;
    return connector;
}

}  // namespace laminar
