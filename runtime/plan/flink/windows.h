#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "parser/ast/query.h"
#include "runtime/plan/flink/values/findings.h"
#include "runtime/plan/flink/values/relation.h"

namespace laminar::flink {

/// How long a window is, or its gap. Throws Refused after reporting where Flink has none so long.
[[nodiscard]] std::chrono::milliseconds whole_milliseconds(std::optional<std::chrono::microseconds> length,
                                                           SourceSpan span, const Findings& findings);
/// INTERVAL ... of a length that whole_milliseconds has let pass.
[[nodiscard]] std::string interval_of(std::chrono::milliseconds length);
/// Whether a grouping key says nothing beside the window, which is base.
[[nodiscard]] bool is_of_window(const ast::Expression& group, const ast::Expression& base);
/// The columns of a block that show the window, or its start.
[[nodiscard]] std::vector<std::string> shown_windows(const ast::Select& block, const std::vector<Column>& columns,
                                                     const ast::Expression& base);

}  // namespace laminar::flink
