#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/options/remembered_secrets.h"
#include "cli/infer/feed_request.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

/// The definitions found for a feed, tried out on the sample that they were found in.
struct Inference {
    std::string script;
    std::vector<std::string> remarks;  ///< What is to be said beside it.
    std::string problem;               ///< Why the script cannot be used as it is; empty: it can.
};

/// Finds connection, tables and columns. Blocks for as long as a few thousand messages take. Secrets in the request are
/// remembered and do not show in the script. names: those that connections and tables have already.
[[nodiscard]] Inference infer_definitions(const FeedRequest& request, SampledMessages sample,
                                          RememberedSecrets& secrets, UniqueNames& names);

}  // namespace laminar
