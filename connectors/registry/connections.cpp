#include "connectors/registry/connections.h"

#include "connectors/delivery/resolved_options.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

namespace {

/// Rows lie in columns, so that messages are dropped in groups: the larger their number, the smaller the groups and the
/// batches that the engine gets.
constexpr std::size_t batches_to_drop_from = 16;
constexpr unsigned retries_of_a_row = 3;

}  // namespace

std::unique_ptr<Connection> make_connection(const ConnectionObject& definition, const ConnectionContext& context) {
    return connector_of(definition).make(definition, context);
}

const DeliveryOptions& delivery_options(const ConnectionObject& definition) {
    return connector_of(definition).delivery_options(*definition.options);
}

std::string resume_path(const ConnectionObject& definition) {
    const auto* options = dynamic_cast<const WebSocketOptions*>(definition.options.get());
    return options ? options->resume_field : std::string();
}

ConnectionInputOptions connection_input_options(const ConnectionObject& definition, const SecretResolver& secrets) {
    const Connector& connector = connector_of(definition);
    OptionProblem problem;
    const auto resolved = resolve_options(*connector.descriptor().options, *definition.options, secrets, problem);
    const ConnectorOptions& options = resolved ? *resolved : *definition.options;
    const DeliveryOptions& delivery = connector.delivery_options(options);
    ConnectionInputOptions input;
    input.decoder = connector.decoder_options(options);
    input.limits.messages = delivery.buffer_size;
    input.limits.bytes = delivery.buffer_bytes;
    if (delivery.overflow == OverflowPolicy::drop_oldest) input.limits.batches = batches_to_drop_from;
    input.limits.batch_rows = delivery.batch_size.value_or(0);
    input.limits.batch_timeout = delivery.batch_timeout;
    input.error_limit = delivery.error_buffer_size;
    if (delivery.on_error == ErrorPolicy::retry) input.retries = retries_of_a_row;
    return input;
}

}  // namespace laminar
