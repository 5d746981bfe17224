#pragma once

#include <string>
#include <vector>

#include "catalog/options/remembered_secrets.h"
#include "parser/ast/statement.h"

namespace laminar {

/// A value that has become a reference to a secret.
struct MaskedSecret {
    std::string name;   ///< ${secret:name}.
    std::string place;  ///< "header \"Authorization\"".
};

/// Replaces what looks like a secret in the headers, endpoint and messages of a connection by ${secret:name}: by its
/// name, and in URLs also what looks made up by a machine. The values are remembered, so that they are redacted
/// wherever else they show.
[[nodiscard]] std::vector<MaskedSecret> mask_secrets(ast::CreateConnection& create, RememberedSecrets& remembered);

}  // namespace laminar
