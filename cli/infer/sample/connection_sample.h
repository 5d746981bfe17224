#pragma once

#include <chrono>
#include <functional>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"
#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// Waits for so long, or until the sample is to end early; says whether it is.
using WaitForStop = std::function<bool(std::chrono::milliseconds)>;

/// Opens a declared connection and keeps what its peer sends, until a limit is reached, the peer has no more to say or
/// it is told to stop. Blocks. Failures are without secrets.
[[nodiscard]] SampledMessages sample_connection(const ConnectionObject& definition, const SecretResolver& secrets,
                                                const SampleLimits& limits, const WaitForStop& wait_for_stop);

}  // namespace laminar
