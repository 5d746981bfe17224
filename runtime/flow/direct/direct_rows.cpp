#include "runtime/flow/direct/direct_rows.h"

namespace laminar {

std::vector<ShownColumn> shown_columns(const QueryInput& input) {
    std::vector<ShownColumn> columns;
    for (const InputColumn& column : input.columns) columns.push_back({column.name, !column.metadata});
    return columns;
}

std::vector<ShownColumn> shown_columns(const BatchSlot& slot) { return shown_as_held(slot.columns()); }

std::vector<ShownColumn> shown_as_held(const std::vector<OutputColumn>& columns) {
    std::vector<ShownColumn> shown;
    for (const OutputColumn& column : columns) shown.push_back({column.name, true});
    return shown;
}

}  // namespace laminar
