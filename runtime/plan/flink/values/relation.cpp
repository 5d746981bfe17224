#include "runtime/plan/flink/values/relation.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar::flink {

const Column* Relation::find(std::string_view column) const {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& each) { return equals_ignoring_case(each.name, column); });
    return found == columns.end() ? nullptr : &*found;
}

}  // namespace laminar::flink
