#pragma once

#include "runtime/flow/inputs/pipeline_input.h"

namespace laminar {

/// A relation that is no stream: a table that the engine keeps, or a system table. It is read as it is at the time of
/// each statement.
class RelationInput final : public PipelineInput {
public:
    using PipelineInput::PipelineInput;

    [[nodiscard]] StreamScan scan() override;
};

}  // namespace laminar
