#pragma once

#include "catalog/objects/connector_descriptor.h"

namespace laminar {

/// TO stdout takes no options: rows are shown in the format that the command line chose.
struct StdoutOptions : ConnectorOptions {};

}  // namespace laminar
