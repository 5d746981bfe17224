#pragma once

#include "catalog/options/option_set.h"

namespace laminar {

/// TO blackhole takes no options: rows are counted and forgotten.
struct BlackholeOptions : ConnectorOptions {};

}  // namespace laminar
