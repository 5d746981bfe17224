#pragma once

#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/commands/logging.h"

namespace laminar {

enum class TestFormat { text, junit };

struct TestOptions {
    std::vector<std::string> paths;  ///< Test files, folders with *.test files, patterns.
    std::string only;                ///< Tests whose name has this in it; empty: all.
    TestFormat format = TestFormat::text;
    bool update = false;  ///< Write what came out into the test files.
    SecretResolver::Sources secrets;
    LogOptions log{.level = "off"};
};

/// Runs tests of pipelines. Results go to standard output, a summary line to standard error. Returns the exit code: 0
/// all passed (or were updated), 1 some did not, 2 usage, or a test file that cannot be read.
[[nodiscard]] int test_command(const TestOptions& options);

}  // namespace laminar
