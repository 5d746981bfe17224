#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "parser/ast/query.h"
#include "runtime/plan/time/clock.h"

namespace laminar {

namespace logical {
struct Plan;
}

/// What is known about the event time of an input.
struct InputTime {
    std::string column;            ///< The only one with a watermark; empty: any that a query names.
    ast::ExpressionBox watermark;  ///< WATERMARK FOR column AS this; empty: column minus delay.
    std::chrono::microseconds delay{1'000'000};
    std::chrono::milliseconds idle{30'000};
    bool changes = false;  ///< A pipeline with an updating result.
    bool in_order = true;  ///< False: a pipeline whose rows come in no order of their own.
    ResultTimes upstream;  ///< Of a pipeline: its columns that grow with time, as its readers have them.
    std::shared_ptr<const logical::Plan> plan;  ///< Of a pipeline, once it is known.
};

}  // namespace laminar
