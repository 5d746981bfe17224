#pragma once

#include "catalog/options/option_set.h"

namespace laminar {

/// TO stdout takes no options: rows are shown in the format that the command line chose.
struct StdoutOptions : ConnectorOptions {};

}  // namespace laminar
