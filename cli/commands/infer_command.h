#pragma once

#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/commands/logging.h"
#include "cli/infer/sample/sampled_messages.h"

namespace laminar {

struct InferOptions {
    std::string source;     ///< ws:// or wss://, or a file of recorded messages.
    std::string async_api;  ///< Instead of it a document that describes the feed; empty: none.
    std::string endpoint;   ///< Where the messages of a file come from; empty: from the file, or as the document says.
    std::string name;       ///< Of the connection; empty: found.
    std::vector<std::string> headers;  ///< "Name: value".
    std::vector<std::string> subscribe_messages;
    std::vector<std::string> connection_options;  ///< "name = value", as in CREATE CONNECTION.
    SampleLimits limits;
    std::string output;  ///< Empty: standard output.
    bool force = false;  ///< An output that is there already is overwritten.
    SecretResolver::Sources secrets;
    LogOptions log;
};

/// Looks at what a feed sends and writes definitions for it. SIGINT ends the sample early. Returns the exit code: 0 the
/// definitions take the whole sample, 1 they do not, or there is none, 2 usage.
[[nodiscard]] int infer_command(const InferOptions& options);

}  // namespace laminar
