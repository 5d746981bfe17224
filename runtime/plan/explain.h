#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/plan/logical/logical_plan.h"

namespace laminar {

/// A line of EXPLAIN: a relation of a plan.
struct PlanStep {
    std::size_t depth = 0;  ///< 0: what is delivered. Inputs follow what reads them, one deeper.
    std::string step;       ///< What it is.
    std::string key;        ///< The columns that identify a row that changes.
    std::string time;       ///< The columns that are its event time.
    std::string watermark;  ///< By what they go.
    std::string keeps;      ///< What it keeps, and for how long. Empty: nothing.
    std::string detail;     ///< What it computes; of what is read, its columns.
};

/// A plan for people, the pipelines that it reads included.
[[nodiscard]] std::vector<PlanStep> explain_plan(const logical::Plan& plan);

}  // namespace laminar
