#pragma once

#include <functional>
#include <memory>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"

namespace laminar {

class ColumnFiles;
class IoRuntime;

/// What every live connection may use. All borrowed; they outlive the connections.
struct ConnectionContext {
    IoRuntime& io;
    const SecretResolver& secrets;
    ConnectionObserver& observer;
    ColumnFiles* column_files = nullptr;  ///< Null: there are none, and who needs them fails.
};

/// Makes the live counterpart of a declared connection (not yet open). Throws std::logic_error only for a connector
/// without an implementation, which the registry rules out.
[[nodiscard]] std::unique_ptr<Connection> make_connection(const ConnectionObject& definition,
                                                          const ConnectionContext& context);

/// Makes connections in the place of make_connection, for tests of scripts without their endpoints.
using ConnectionMaker = std::function<std::unique_ptr<Connection>(const ConnectionObject&, const ConnectionContext&)>;

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
