#pragma once

#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "cli/testing/test_file.h"

namespace laminar {

/// How one expectation was met.
struct ExpectationResult {
    const TestExpectation* expectation = nullptr;
    std::vector<std::string> actual;
    std::string difference;  ///< Empty when it was met.
};

struct TestResult {
    std::string error;  ///< Why the test could not be carried out, rendered; empty when it could.
    std::vector<ExpectationResult> expectations;
    double seconds = 0;

    [[nodiscard]] bool passed() const;
};

/// Carries out a test in a session of its own in which no connection is opened: its scripts and statements are executed
/// (declarations and INSERT; queries, WAIT FOR, SUBSCRIBE and SHOW have nothing to do and are passed over), its
/// messages are delivered in order of their times, as fast as they are processed, then all input ends and the streams
/// are compared.
[[nodiscard]] TestResult run_test(const TestCase& test, const SecretResolver::Sources& secrets);

}  // namespace laminar
