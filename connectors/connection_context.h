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

/// Makes the live counterpart of a declared connection: make_connection (connectors/registry/connections.h), or another
/// for tests of scripts without their endpoints.
using ConnectionMaker = std::function<std::unique_ptr<Connection>(const ConnectionObject&, const ConnectionContext&)>;

}  // namespace laminar
