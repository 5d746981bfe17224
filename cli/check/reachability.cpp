#include "cli/check/reachability.h"

#include <fmt/format.h>

#include <future>
#include <utility>
#include <vector>

#include "connectors/net/io_runtime.h"
#include "connectors/registry/connections.h"

namespace laminar {
namespace {

constexpr std::chrono::seconds time_limit{10};

/// A connection that is only tested has nothing to tell but its result.
class SilentObserver : public ConnectionObserver {
public:
    void log(ConnectionLogEntry) override {}
    void gap(const ConnectionGap&) override {}
    void changed() override {}
};

}  // namespace

class ReachabilityTester::Implementation {
public:
    explicit Implementation(const SecretResolver& secrets) : secrets_(secrets) {}

    std::vector<ConnectionTestStep> test(const ConnectionObject& definition) {
        const std::unique_ptr<Connection> connection = make_connection(definition, {io_, secrets_, observer_});
        const auto result = std::make_shared<std::promise<std::vector<ConnectionTestStep>>>();
        std::future<std::vector<ConnectionTestStep>> steps = result->get_future();
        connection->test(time_limit,
                         [result](std::vector<ConnectionTestStep> done) { result->set_value(std::move(done)); });
        return steps.get();
    }

private:
    const SecretResolver& secrets_;
    SilentObserver observer_;
    IoRuntime io_;
};

ReachabilityTester::ReachabilityTester(const SecretResolver& secrets)
    : implementation_(std::make_unique<Implementation>(secrets)) {}

ReachabilityTester::~ReachabilityTester() = default;

void ReachabilityTester::test(const ConnectionObject& connection, Diagnostics& diagnostics) {
    for (const ConnectionTestStep& step : implementation_->test(connection)) {
        if (step.ok) continue;
        const auto* create = std::get_if<ast::CreateConnection>(&connection.statement.node);
        diagnostics.error(
            DiagnosticCode::connection_failed, create ? create->name.span : connection.statement.span,
            fmt::format("connection \"{}\" does not work: {}: {}", connection.name, step.step, step.detail),
            "the connection was tried because of --connect");
        return;
    }
}

}  // namespace laminar
