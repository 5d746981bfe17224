#include "runtime/flow/direct/direct_rows.h"

namespace laminar {

std::vector<ShownColumn> shown_columns(const QueryInput& input) {
    std::vector<ShownColumn> columns;
    for (const InputColumn& column : input.columns) columns.push_back({column.name, !column.metadata});
    return columns;
}

std::vector<ShownColumn> shown_columns(const BatchSlot& slot) {
    std::vector<ShownColumn> columns;
    for (const OutputColumn& column : slot.columns()) columns.push_back({column.name, true});
    return columns;
}

}  // namespace laminar
