#pragma once

#include <string>

#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// Reads recorded messages, one a line. Lines that are all {"received_at": ..., "message": ...}, as SELECT received_at,
/// message prints them, are taken for what they hold where recordings is set. Reads no more than the limits say.
[[nodiscard]] SampledMessages sample_file(const std::string& path, const SampleLimits& limits, bool recordings);

}  // namespace laminar
