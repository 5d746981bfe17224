#include "connectors/websocket/client/client_request.h"

#include <fmt/format.h>

#include "catalog/options/option_text_rules.h"
#include "connectors/expressions/evaluation.h"
#include "connectors/net/proxy_environment.h"
#include "connectors/rows/utc_clock.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

/// Fills a request step by step; the first problem ends it.
class RequestMaker {
public:
    RequestMaker(const WebSocketOptions& options, const FeedPosition& position, const SecretResolver& secrets)
        : options_(options), position_(position) {
        scope_.now = utc_now();
        scope_.secrets = &secrets;
        scope_.use = SecretUse::opening;
        scope_.position = [&position] { return position.current(); };
        scope_.wants_text = true;
    }

    bool make(const ComputedText& endpoint, const WebSocketUrl* first) {
        if (!set_url(endpoint)) return false;
        const bool is_elsewhere = first != nullptr && first->authority() != request.url.authority();
        return (is_elsewhere || set_headers()) && set_subprotocols() && set_proxy() &&
               (!request.url.secure || set_tls());
    }

    ClientRequest request;
    ClientRequestProblem problem;

private:
    bool fail(std::string step, std::string event, std::string description) {
        problem = {std::move(step), std::move(event), std::move(description)};
        return false;
    }

    bool set_url(const ComputedText& endpoint) {
        std::string text = endpoint.text();
        if (endpoint.expression() != nullptr) {
            Evaluation evaluation = evaluate(endpoint, scope_);
            if (evaluation.problem.empty() && !evaluation.payload) evaluation.problem = "it is NULL";
            if (!evaluation.problem.empty())
                return fail("resolve", "invalid_option", "endpoint: " + evaluation.problem);
            text = std::move(*evaluation.payload);
        }
        auto parsed = parse_websocket_url(position_.fill_url(text));
        if (const auto* error = std::get_if<UrlError>(&parsed))
            return fail("resolve", "invalid_option", "endpoint: " + error->message);
        request.url = std::move(std::get<WebSocketUrl>(parsed));
        return true;
    }

    bool set_headers() {
        for (const auto& [name, text] : options_.headers) {
            if (!set_header(name, text)) return false;
        }
        return true;
    }

    bool set_subprotocols() {
        if (!options_.subprotocols.empty())
            request.headers.emplace_back("Sec-WebSocket-Protocol",
                                         fmt::format("{}", fmt::join(options_.subprotocols, ", ")));
        return true;
    }

    /// One that is NULL is left out.
    bool set_header(const std::string& name, const ComputedText& text) {
        Evaluation evaluation = evaluate(text, scope_);
        if (!evaluation.problem.empty())
            return fail("handshake", "invalid_option", fmt::format("headers \"{}\": {}", name, evaluation.problem));
        if (!evaluation.payload) return true;
        if (const auto violation = check_entry(TextRule::headers, name, *evaluation.payload))
            return fail("handshake", "invalid_option", "option \"headers\" " + violation->message);
        request.headers.emplace_back(name, std::move(*evaluation.payload));
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
    const FeedPosition& position_;
    EvaluationScope scope_;
};

}  // namespace

std::string redirected_url(std::string_view location, const WebSocketUrl& from) {
    const std::string_view scheme = from.secure ? "wss:" : "ws:";
    location = location.substr(0, location.find('#'));
    const std::string_view beginning = location.substr(0, location.find("://"));
    if (beginning.size() < location.size() && beginning.find_first_of("/?") == std::string_view::npos) {
        const std::string known = fold_case(beginning);
        const std::string_view rest = location.substr(beginning.size());
        if (known == "http" || known == "ws") return fmt::format("ws{}", rest);
        if (known == "https" || known == "wss") return fmt::format("wss{}", rest);
        return {};
    }
    if (location.empty()) return {};
    if (location.starts_with("//")) return fmt::format("{}{}", scheme, location);
    const std::string_view target = from.target;
    const std::string_view path = target.substr(0, target.find('?'));
    std::string_view kept;
    if (location.starts_with('?'))
        kept = path;
    else if (!location.starts_with('/'))
        kept = path.substr(0, path.rfind('/') + 1);
    return fmt::format("{}//{}{}{}", scheme, from.authority(), kept, location);
}

std::variant<ClientRequest, ClientRequestProblem> make_client_request(const ComputedText& endpoint,
                                                                      const WebSocketOptions& options,
                                                                      const FeedPosition& position,
                                                                      const SecretResolver& secrets,
                                                                      const WebSocketUrl* first) {
    RequestMaker maker(options, position, secrets);
    if (!maker.make(endpoint, first)) return std::move(maker.problem);
    return std::move(maker.request);
}

}  // namespace laminar
