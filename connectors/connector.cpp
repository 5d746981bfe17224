#include "connectors/connector.h"

namespace laminar {

const DeliveryOptions& Connector::delivery_options(const ConnectorOptions& /*options*/) const {
    static const DeliveryOptions defaults;
    return defaults;
}

DecoderOptions Connector::decoder_options(const ConnectorOptions& /*options*/) const { return {}; }

std::shared_ptr<PayloadTranslator> Connector::payload_translator(const ConnectorOptions& /*options*/) const {
    return nullptr;
}

std::vector<OptionRisk> Connector::risks(const ConnectionObject& /*definition*/, const GivenOptions& /*given*/) const {
    return {};
}

}  // namespace laminar
