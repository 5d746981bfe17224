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

/// Replaces what is a secret in the options of a connection by ${secret:name}: what the connector declares to be one,
/// and what looks like one in headers, URLs and messages (secret_texts.h). The values are remembered, so that they are
/// redacted wherever else they show. What is computed by an expression stays as it is.
[[nodiscard]] std::vector<MaskedSecret> mask_secrets(ast::CreateConnection& create, RememberedSecrets& remembered);

}  // namespace laminar
