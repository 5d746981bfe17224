#include "connectors/websocket/client/client_request.h"

#include <fmt/format.h>

#include "connectors/net/proxy_environment.h"

namespace laminar {

namespace {

/// Fills a request step by step; the first problem ends it.
class RequestMaker {
public:
    explicit RequestMaker(const WebSocketOptions& options) : options_(options) {}

    bool make(const std::string& endpoint, const FeedPosition& position) {
        return set_url(endpoint, position) && set_headers() && set_proxy() && (!request.url.secure || set_tls());
    }

    ClientRequest request;
    ClientRequestProblem problem;

private:
    bool fail(std::string step, std::string event, std::string description) {
        problem = {std::move(step), std::move(event), std::move(description)};
        return false;
    }

    bool set_url(const std::string& endpoint, const FeedPosition& position) {
        auto parsed = parse_websocket_url(position.fill_url(endpoint));
        if (const auto* error = std::get_if<UrlError>(&parsed))
            return fail("resolve", "invalid_option", "endpoint: " + error->message);
        request.url = std::move(std::get<WebSocketUrl>(parsed));
        return true;
    }

    bool set_headers() {
        request.headers = options_.headers;
        if (!options_.subprotocols.empty())
            request.headers.emplace_back("Sec-WebSocket-Protocol",
                                         fmt::format("{}", fmt::join(options_.subprotocols, ", ")));
        return true;
    }

    bool set_proxy() {
        std::string url;
        if (options_.proxy) {
            request.proxy_origin = "proxy";
            url = *options_.proxy;
        } else {
            const WebSocketUrl& target = request.url;
            auto choice =
                ProxyEnvironment::choose(target.secure, target.host, target.port, ProxyEnvironment::process_variable);
            if (!choice) return true;
            request.proxy_origin = choice->variable;
            url = std::move(choice->url);
        }
        auto parsed = parse_proxy_url(url);
        if (const auto* error = std::get_if<UrlError>(&parsed))
            return fail("proxy", "invalid_option", fmt::format("{}: {}", request.proxy_origin, error->message));
        request.proxy = std::move(std::get<ProxyUrl>(parsed));
        return true;
    }

    bool set_tls() {
        TlsClientSettings& tls = request.tls;
        tls.verify = options_.tls_verify;
        tls.verify_host = options_.tls_hostname_verification;
        tls.trusted_authority = options_.tls_ca_cert.value_or("");
        tls.certificate = options_.tls_client_cert.value_or("");
        tls.private_key = options_.tls_client_key.value_or("");
        try {
            request.tls_context = make_client_tls_context(tls);
        } catch (const std::exception& error) {
            return fail("tls", "invalid_option", error.what());
        }
        return true;
    }

    const WebSocketOptions& options_;
};

}  // namespace

std::variant<ClientRequest, ClientRequestProblem> make_client_request(const std::string& endpoint,
                                                                      const WebSocketOptions& options,
                                                                      const FeedPosition& position) {
    RequestMaker maker(options);
    if (!maker.make(endpoint, position)) return std::move(maker.problem);
    return std::move(maker.request);
}

}  // namespace laminar
