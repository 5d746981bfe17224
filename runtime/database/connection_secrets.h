#pragma once

#include <string>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"

namespace laminar {

/// The present values of all secrets a connection's options refer to, in one text that is only good for comparing: it
/// changes when one of them does. Empty for a connection without secrets. Reads files.
[[nodiscard]] std::string secret_values(const ConnectionObject& connection, const SecretResolver& secrets);

/// Credentials that stand in the options themselves (a literal token, a password in a URL) are remembered for
/// redaction, as those behind ${secret:name} are when they are looked up: a peer may send back what it was given.
void remember_written_credentials(const ConnectionObject& connection, const SecretResolver& secrets);

}  // namespace laminar
