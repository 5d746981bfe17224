#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/http/http_client.h"

namespace laminar {

/// The URL of a gateway, as people write it.
struct GatewayAddress {
    ListenAddress address;
    std::optional<HttpTls> tls;

    [[nodiscard]] std::string url() const;
};
/// http://HOST:PORT or https://HOST:PORT; nothing: it is neither.
[[nodiscard]] std::optional<GatewayAddress> parse_gateway_address(std::string_view url);

/// A session with Apache Flink's SQL gateway, over its REST interface (version 2, of Flink 1.17 and later). It is
/// closed when this is destroyed; jobs go on. Not thread-safe.
class SqlGateway {
public:
    /// Why something was not done: there is no answer (HttpClient::Failure), or the gateway says no.
    struct Refusal : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

    /// Opens the session. is_over: asked again and again while a statement runs, so that a signal ends the waiting.
    /// Throws Refusal and HttpClient::Failure.
    SqlGateway(const GatewayAddress& address, std::function<bool()> is_over);
    ~SqlGateway();
    SqlGateway(const SqlGateway&) = delete;
    SqlGateway& operator=(const SqlGateway&) = delete;

    struct Result {
        std::string job;  ///< The id of the job that runs it; empty: there is none.
        std::vector<std::string> columns;
        std::vector<std::vector<std::string>> rows;  ///< Values as text; NULL is empty.
    };
    /// Waits until the statement has been executed; of one that runs for ever, until its job has been submitted. Throws
    /// Refusal and HttpClient::Failure.
    [[nodiscard]] Result execute(const std::string& statement);

private:
    [[nodiscard]] std::string ask(HttpClient::Method method, const std::string& path, const std::string& body) const;

    HttpClient client_;
    std::function<bool()> is_over_;
    std::string session_;  ///< The path of its resources.
};

}  // namespace laminar
