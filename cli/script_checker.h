#pragma once

#include <string>

#include "catalog/secret_resolver.h"
#include "parser/diagnostic.h"

namespace laminar {

/// Checks one script as if nothing else existed: parses it and binds its statements in order against a catalog that
/// starts empty. An object whose definition has errors is not reported again where later statements refer to it.
/// secrets, when given, must know every secret the script refers to.
[[nodiscard]] Diagnostics check_script(const SourceTextPtr& source, const SecretResolver* secrets);

}  // namespace laminar
