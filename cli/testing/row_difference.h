#pragma once

#include <string>
#include <vector>

#include "catalog/objects/catalog_object.h"

namespace laminar {

/// How lists of rows differ, for people: rows of both with two spaces before them, rows that are missing with "- ",
/// rows that are too many with "+ ". Rows are compared as JSON (order of fields and spelling of numbers do not matter),
/// or as text where they are not JSON. Numbers are compared exactly, whatever their length; those of FLOAT and DOUBLE
/// columns (columns: of the actual rows, as far as they are known) as doubles. Empty when they agree.
[[nodiscard]] std::string row_difference(const std::vector<std::string>& expected,
                                         const std::vector<std::string>& actual, bool any_order,
                                         const std::vector<OutputColumn>& columns = {});

}  // namespace laminar
