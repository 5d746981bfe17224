#pragma once

#include <memory>

#include "catalog/objects/catalog_object.h"
#include "catalog/options/secret_resolver.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// Tries connections for real, as test_connection does: a client connects and shakes hands, a server binds its port, a
/// file is looked at. No message is sent or taken.
class ReachabilityTester {
public:
    /// Borrows secrets.
    explicit ReachabilityTester(const SecretResolver& secrets);
    ~ReachabilityTester();
    ReachabilityTester(const ReachabilityTester&) = delete;
    ReachabilityTester& operator=(const ReachabilityTester&) = delete;

    /// Reports, at the connection's name, the step that failed. Blocks for at most 10 seconds and what ending takes.
    void test(const ConnectionObject& connection, Diagnostics& diagnostics);

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace laminar
