#include "connectors/websocket/options/option_schema.h"

#include "connectors/delivery/delivery_option_groups.h"
#include "connectors/websocket/options/option_groups.h"

namespace laminar {
namespace {

websocket_options::Schema make_schema() {
    using namespace websocket_options;
    Schema schema("connector \"websocket\"", SecretsInTexts::are_replaced);
    add_endpoint_options(schema);
    add_subscription_options(schema);
    add_reconnect_options(schema);
    add_liveness_options(schema);
    add_server_options(schema);
    add_tls_options(schema);
    add_flow_options(schema);
    add_compression_options(schema);
    add_error_options(schema);
    add_acknowledgement_options(schema);
    return schema;
}

}  // namespace

const OptionSchema& websocket_option_schema() {
    static const websocket_options::Schema schema = make_schema();
    return schema;
}

}  // namespace laminar
