#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/flink/topics.h"

namespace laminar::flink {

/// Text of the user as code in Markdown, whatever it is made of.
[[nodiscard]] std::string as_code(std::string_view text);

/// NOTES.md of an export.
struct Notes {
    std::vector<std::string> pipelines;  ///< That Flink runs.
    std::vector<std::string> left;       ///< That Laminar goes on running.
    std::vector<Topic> topics;
    std::vector<std::string> warnings;  ///< Of this script, one line each.
};
[[nodiscard]] std::string write_notes(const Notes& notes);

}  // namespace laminar::flink
