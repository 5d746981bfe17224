#include "connectors/websocket/client_request.h"

#include <fmt/format.h>

#include "catalog/option_text_rules.h"
#include "connectors/net/proxy_environment.h"

namespace laminar {

namespace {

/// Fills a request step by step; the first problem ends it.
class RequestMaker {
public:
    RequestMaker(const WebSocketOptions& options, const SecretResolver& secrets)
        : options_(options), secrets_(secrets) {}

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

    bool resolve(const std::string& text, std::string_view option, std::string& resolved) {
        SecretResolver::Result result = secrets_.resolve(text);
        resolved = std::move(result.text);
        return found_all(option, result);
    }

    bool found_all(std::string_view option, const SecretResolver::Result& result) {
        return result.missing.empty() ||
               fail("secrets", "secret_missing", fmt::format("{}: {}", option, fmt::join(result.missing, "; ")));
    }

    bool set_url(const std::string& endpoint, const FeedPosition& position) {
        SecretResolver::Result location = secrets_.resolve_in_url(endpoint);
        if (!found_all("endpoint", location)) return false;
        // The position comes from the peer: filled in last, it cannot name a secret.
        auto parsed = parse_websocket_url(position.fill_url(location.text));
        if (const auto* error = std::get_if<UrlError>(&parsed))
            return fail("resolve", "invalid_option", "endpoint: " + error->message);
        request.url = std::move(std::get<WebSocketUrl>(parsed));
        return true;
    }

    bool set_headers() {
        for (const auto& [name, value] : options_.headers) {
            std::string resolved;
            if (!resolve(value, fmt::format("header {}", name), resolved)) return false;
            // A value with a line break would be another header.
            if (!is_header_value(resolved))
                return fail("secrets", "invalid_option",
                            fmt::format("header {}: the value has a line break or another control character", name));
            request.headers.emplace_back(name, std::move(resolved));
        }
        if (!options_.subprotocols.empty())
            request.headers.emplace_back("Sec-WebSocket-Protocol",
                                         fmt::format("{}", fmt::join(options_.subprotocols, ", ")));
        return true;
    }

    bool set_proxy() {
        std::string url;
        if (options_.proxy) {
            request.proxy_origin = "proxy";
            if (!resolve(*options_.proxy, "proxy", url)) return false;
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
        if (!resolve(options_.tls_ca_cert.value_or(""), "tls_ca_cert", tls.trusted_authority) ||
            !resolve(options_.tls_client_cert.value_or(""), "tls_client_cert", tls.certificate) ||
            !resolve(options_.tls_client_key.value_or(""), "tls_client_key", tls.private_key)) {
            return false;
        }
        try {
            request.tls_context = make_client_tls_context(tls);
        } catch (const std::exception& error) {
            return fail("tls", "invalid_option", error.what());
        }
        return true;
    }

    const WebSocketOptions& options_;
    const SecretResolver& secrets_;
};

}  // namespace

std::variant<ClientRequest, ClientRequestProblem> make_client_request(const std::string& endpoint,
                                                                      const WebSocketOptions& options,
                                                                      const SecretResolver& secrets,
                                                                      const FeedPosition& position) {
    RequestMaker maker(options, secrets);
    if (!maker.make(endpoint, position)) return std::move(maker.problem);
    return std::move(maker.request);
}

}  // namespace laminar
