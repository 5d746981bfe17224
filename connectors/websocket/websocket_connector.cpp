#include "connectors/websocket/websocket_connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "catalog/options/option_text_rules.h"
#include "connectors/codec/binary/payload_translator.h"
#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/websocket/client/client.h"
#include "connectors/websocket/options/facts.h"
#include "connectors/websocket/options/option_risks.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/options/path_parameters.h"
#include "connectors/websocket/server/server.h"

namespace laminar {
namespace {

std::optional<OptionFinding> read_protobuf(WebSocketOptions& options) {
    ProtobufNames names;
    names.file = options.proto_file;
    names.folders = options.proto_path;
    names.message = options.proto_message;
    names.sent_message = options.proto_send_message;
    auto loaded = ProtobufTypes::load(names);
    if (auto* problem = std::get_if<ProtobufProblem>(&loaded)) {
        const std::string_view option = problem->place == ProtobufProblem::Place::file      ? "proto_file"
                                        : problem->place == ProtobufProblem::Place::message ? "proto_message"
                                                                                            : "proto_send_message";
        return OptionFinding{option, std::move(problem->message), std::move(problem->hint)};
    }
    options.protobuf = std::move(std::get<std::shared_ptr<const ProtobufTypes>>(loaded));
    return std::nullopt;
}

std::optional<OptionFinding> check_paths(const WebSocketOptions& options) {
    for (const auto& [path, subprotocols] : options.path_subprotocols) {
        if (std::find(options.path.begin(), options.path.end(), path) == options.path.end())
            return OptionFinding{"path_subprotocols",
                                 fmt::format("\"{}\" is none of the paths of option \"path\"", path),
                                 "write it as it is written there"};
        for (const std::string& name : listed_subprotocols(subprotocols)) {
            if (!check_text(TextRule::token, name)) continue;
            return OptionFinding{"path_subprotocols", fmt::format("\"{}\" is no name of a subprotocol", name),
                                 "several are separated by commas"};
        }
    }
    return std::nullopt;
}

std::optional<OptionFinding> complete(ConnectorOptions& options) {
    auto& typed = dynamic_cast<WebSocketOptions&>(options);
    if (typed.format == MessageFormat::protobuf) {
        if (auto finding = read_protobuf(typed)) return finding;
    }
    return check_paths(typed);
}

const MessageLayout* layout(const ConnectorOptions& options) {
    return dynamic_cast<const WebSocketOptions&>(options).protobuf.get();
}

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "websocket";
    descriptor.help = "Messages over a WebSocket, as a client of an endpoint or as a server for clients.";
    descriptor.options = &websocket_option_schema();
    descriptor.metadata = websocket_metadata();
    descriptor.status_columns = websocket_status_columns();
    descriptor.system_tables = websocket_system_tables();
    descriptor.has_events = true;
    descriptor.complete = complete;
    descriptor.layout = layout;
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

    [[nodiscard]] std::shared_ptr<PayloadTranslator> payload_translator(
        const ConnectorOptions& options) const override {
        const auto& typed = dynamic_cast<const WebSocketOptions&>(options);
        return std::make_shared<PayloadTranslator>(typed.format, typed.record_separator, typed.protobuf);
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
