#pragma once

#include "catalog/options/secret_resolver.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// Removes remembered secrets from all texts of a result: of what SHOW, DESCRIBE and EXPLAIN print, and of the system
/// tables.
void redact_texts(ResultTable& table, const SecretResolver& secrets);

}  // namespace laminar
