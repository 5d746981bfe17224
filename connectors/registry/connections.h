#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"
#include "connectors/connection_context.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery_options.h"

namespace laminar {

/// Makes the live counterpart of a declared connection (not yet open). Throws std::logic_error only for a connector
/// that is not in the registry, which the catalog rules out.
[[nodiscard]] std::unique_ptr<Connection> make_connection(const ConnectionObject& definition,
                                                          const ConnectionContext& context);

/// How what comes in on a connection is handed to its readers. Borrowed from the definition's options.
[[nodiscard]] const DeliveryOptions& delivery_options(const ConnectionObject& definition);

/// JSON path of the position in the feed, if its peer can be asked to go on from one (resume_field); empty otherwise.
[[nodiscard]] std::string resume_path(const ConnectionObject& definition);

/// What follows from a connection's options for those who read it (format, message_id_field, buffers, batches,
/// on_error). Where a secret cannot be found, the text stays as it is written, and the connection does not open.
struct ConnectionInputOptions {
    DecoderOptions decoder;
    InputChannel::Limits limits;
    std::size_t error_limit = 10'000;  ///< Entries that may wait for a table of its errors or dead letters.
    unsigned retries = 0;              ///< How often a row that cannot be processed is tried again.
};
[[nodiscard]] ConnectionInputOptions connection_input_options(const ConnectionObject& definition,
                                                              const SecretResolver& secrets);

}  // namespace laminar
