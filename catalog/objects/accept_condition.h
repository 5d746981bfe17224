#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/metadata_column.h"
#include "catalog/options/message_condition.h"

namespace laminar {

/// A condition of a table's option accept whose place is known.
struct AcceptCondition {
    std::optional<MetadataField> metadata;  ///< The place; without it a path into the message:
    std::vector<std::string> steps;         ///< None: all of it.
    std::vector<ConditionValue> values;     ///< Any of them; none: whatever is there. Those of data are bytes.
};

}  // namespace laminar
