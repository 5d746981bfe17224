#pragma once

#include <string>
#include <vector>

#include "parser/ast/expression.h"

namespace laminar {

/// FROM text that shows rows with the session they belong to: window_column, from the first row's time to the gap after
/// the last one's. rows: FROM text with time_key_column. Rows of one partition are in one session unless the gap or
/// more lies between one and the next.
[[nodiscard]] std::string with_sessions(const std::string& rows, const std::vector<ast::Expression>& partition_keys,
                                        const ast::Expression& gap_length);

}  // namespace laminar
