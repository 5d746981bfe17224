#include "connectors/registry/connection_factory.h"

#include <fmt/format.h>

#include <stdexcept>

#include "connectors/blackhole/blackhole_connection.h"
#include "connectors/delivery/resolved_options.h"
#include "connectors/file/file_connection.h"
#include "connectors/file/options.h"
#include "connectors/generator/generator_connection.h"
#include "connectors/stdout/stdout_connection.h"
#include "connectors/websocket/client/client.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/server/server.h"

namespace laminar {

namespace {

/// Rows lie in columns, so that messages are dropped in groups: the larger their number, the smaller the groups and the
/// batches that the engine gets.
constexpr std::size_t batches_to_drop_from = 16;
constexpr unsigned retries_of_a_row = 3;

std::unique_ptr<Connection> make_websocket_connection(const ConnectionObject& definition,
                                                      const ConnectionContext& context) {
    auto options = std::dynamic_pointer_cast<const WebSocketOptions>(definition.options);
    if (!options) throw std::logic_error("a websocket connection without its options");
    if (options->mode == WebSocketMode::server) {
        return make_websocket_server(definition.name, std::move(options), context);
    }
    return make_websocket_client(definition.name, std::move(options), context);
}

}  // namespace

std::unique_ptr<Connection> make_connection(const ConnectionObject& definition, const ConnectionContext& context) {
    const std::string_view connector = definition.connector ? definition.connector->name : std::string_view();
    if (connector == "websocket") return make_websocket_connection(definition, context);
    if (connector == "generator") return make_generator_connection(definition, context);
    if (connector == "file") return make_file_connection(definition, context);
    if (connector == "stdout") return make_stdout_connection(definition, context);
    if (connector == "blackhole") return make_blackhole_connection(definition, context);
    throw std::logic_error(fmt::format("connector \"{}\" has no implementation", connector));
}

ConnectionInputOptions connection_input_options(const ConnectionObject& definition, const SecretResolver& secrets) {
    ConnectionInputOptions input;
    if (const auto* written = dynamic_cast<const WebSocketOptions*>(definition.options.get())) {
        OptionProblem problem;
        const auto resolved = resolve_options(websocket_option_schema(), *written, secrets, problem);
        const WebSocketOptions* options = resolved ? resolved.get() : written;
        input.decoder.format = options->format;
        input.decoder.message_id_field = options->message_id_field;
        input.limits.messages = options->buffer_size;
        input.limits.bytes = options->buffer_bytes;
        if (options->overflow == OverflowPolicy::drop_oldest) input.limits.batches = batches_to_drop_from;
        input.limits.batch_rows = options->batch_size.value_or(0);
        input.limits.batch_timeout = options->batch_timeout;
        input.error_limit = options->error_buffer_size;
        if (options->on_error == ErrorPolicy::retry) input.retries = retries_of_a_row;
    }
    if (const auto* options = dynamic_cast<const FileOptions*>(definition.options.get())) {
        input.decoder.coerce = options->format == FileFormat::csv;
    }
    return input;
}

}  // namespace laminar
