#include "connectors/kafka/kafka_connector.h"

#include <memory>
#include <typeinfo>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/kafka/facts.h"
#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/kafka_target.h"
#include "connectors/kafka/option_schema.h"
#include "connectors/kafka/options.h"

namespace laminar {
namespace {

ConnectorDescriptor describe() {
    ConnectorDescriptor descriptor;
    descriptor.name = "kafka";
    descriptor.help =
        "Topics of Apache Kafka, read or written. Tables share the brokers of a connection and name a topic each.";
    descriptor.options = &kafka_option_schema();
    descriptor.role_option = "mode";
    descriptor.metadata = kafka_metadata();
    descriptor.complete = complete_kafka_options;
    return descriptor;
}

class KafkaConnector final : public Connector {
public:
    KafkaConnector() : Connector(describe()) {}

    [[nodiscard]] std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                   const ConnectionContext& context) const override {
        auto options = std::dynamic_pointer_cast<const KafkaOptions>(definition.options);
        if (!options) throw std::bad_cast();
        if (options->mode == KafkaMode::sink) return make_kafka_sink(definition, std::move(options), context);
        return std::make_unique<KafkaSource>(definition.name, std::move(options), context);
    }
    [[nodiscard]] const DeliveryOptions& delivery_options(const ConnectorOptions& options) const override {
        return dynamic_cast<const KafkaOptions&>(options);
    }
    [[nodiscard]] DecoderOptions decoder_options(const ConnectorOptions& options) const override {
        DecoderOptions decoder;
        decoder.format = dynamic_cast<const KafkaOptions&>(options).format;
        return decoder;
    }
    [[nodiscard]] std::shared_ptr<PayloadTranslator> payload_translator(
        const ConnectorOptions& options) const override {
        return std::make_shared<PayloadTranslator>(dynamic_cast<const KafkaOptions&>(options).format);
    }
    /// A partition from its beginning: the number of a message is its offset and one.
    [[nodiscard]] bool can_be_read_again(const ConnectorOptions& options) const override {
        const auto& kafka = dynamic_cast<const KafkaOptions&>(options);
        return kafka.mode == KafkaMode::source && kafka.partition && kafka.offset == "earliest";
    }
};

}  // namespace

const Connector& kafka_connector() {
    static const KafkaConnector connector;
    return connector;
}

}  // namespace laminar
