#pragma once

#include "catalog/options/secret_resolver.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Reports every ${secret:name} in the options of a connection whose value cannot be found.
void report_missing_secrets(const ast::Statement& statement, const SecretResolver& secrets, Diagnostics& diagnostics);

}  // namespace laminar
