#pragma once

#include "catalog/objects/connector_descriptor.h"

namespace laminar {

/// TO blackhole takes no options: rows are counted and forgotten.
struct BlackholeOptions : ConnectorOptions {};

}  // namespace laminar
