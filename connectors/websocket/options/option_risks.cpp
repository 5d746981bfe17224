#include "connectors/websocket/options/option_risks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "catalog/options/clear_secrets.h"
#include "catalog/options/url.h"
#include "connectors/websocket/options/option_schema.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

class RiskReport {
public:
    RiskReport(const std::string& connection, const GivenOptions& given) : connection_(connection), given_(given) {}

    std::vector<OptionRisk> report(const WebSocketOptions& options) && {
        if (options.mode == WebSocketMode::client) {
            report_plain_transport(options);
            report_verification(options);
        } else {
            report_open_server(options);
        }
        return std::move(risks_);
    }

private:
    /// Whether a secret of that option goes to the endpoint. Certificates go by TLS alone, a proxy has its own.
    static bool sends_secret(const OptionDeclaration& option, const WebSocketOptions& options) {
        if (option.facts.rule == TextRule::pem_or_path || option.facts.rule == TextRule::proxy_url) return false;
        const OptionData data = option.field.read(options);
        if (const auto* text = std::get_if<std::string>(&data)) return refers_to_secret(*text);
        if (const auto* list = std::get_if<TextList>(&data))
            return std::any_of(list->begin(), list->end(), refers_to_secret);
        if (const auto* map = std::get_if<TextMap>(&data))
            return std::any_of(map->begin(), map->end(),
                               [](const auto& entry) { return refers_to_secret(entry.second); });
        bool found = false;
        for_each_computed(data, [&](const std::string&, const ComputedText& text) {
            found = found || refers_to_secret(text.text()) || !text.secret_names().empty();
        });
        return found;
    }

    [[nodiscard]] bool sends_credentials(const WebSocketOptions& options) {
        bool found = std::any_of(options.headers.begin(), options.headers.end(),
                                 [](const auto& header) { return names_credential(header.first); });
        for (const OptionDeclaration& option : websocket_option_schema().options())
            found = found || sends_secret(option, options);
        for (const std::string_view name : {"handshake", "subscribe_message"}) {
            const ast::Option* message = given_.find(name);
            if (!message) continue;
            for_each_text(message->value, [&](const std::string& key, const std::string&, SourceSpan) {
                found = found || names_credential(key);
            });
        }
        return found || std::any_of(options.endpoint.begin(), options.endpoint.end(), [](const ComputedText& url) {
                   return has_credential_parameter(url.text(), false);
               });
    }

    void report_plain_transport(const WebSocketOptions& options) {
        if (!sends_credentials(options)) return;
        for (const ComputedText& endpoint : options.endpoint) {
            const auto url = parse_websocket_url(endpoint.beginning());
            const auto* parsed = std::get_if<WebSocketUrl>(&url);
            if (!parsed || parsed->secure || is_loopback(parsed->host)) continue;
            risks_.push_back({DiagnosticCode::cleartext_credentials, "endpoint",
                              fmt::format("connection \"{}\" sends credentials to \"{}\" without encryption",
                                          connection_, parsed->host),
                              "use wss:// instead of ws://"});
            return;
        }
    }

    void report_verification(const WebSocketOptions& options) {
        const bool encrypted =
            std::any_of(options.endpoint.begin(), options.endpoint.end(), [](const ComputedText& endpoint) {
                const std::string_view url = endpoint.beginning();
                return url.empty() || fold_case(url.substr(0, 4)) == "wss:" || url.starts_with("${");
            });
        if (!encrypted) return;
        for (const auto& [name, verifies] :
             {std::pair("tls_verify", options.tls_verify),
              std::pair("tls_hostname_verification", options.tls_hostname_verification)}) {
            if (verifies || !given_.find(name)) continue;
            risks_.push_back({DiagnosticCode::tls_not_verified, name,
                              fmt::format("connection \"{}\" does not verify whom it talks to", connection_),
                              "remove the option, and give the authority of a private certificate as tls_ca_cert"});
            return;
        }
    }

    void report_open_server(const WebSocketOptions& options) {
        if (is_loopback(options.host) || options.auth_token || options.basic_auth || options.tls_client_ca) return;
        risks_.push_back({DiagnosticCode::open_server, "host",
                          fmt::format("server \"{}\" accepts anyone who can reach {}", connection_, options.host),
                          "ask for auth_token, basic_auth or client certificates (tls_client_ca)"});
    }

    const std::string& connection_;
    const GivenOptions& given_;
    std::vector<OptionRisk> risks_;
};

}  // namespace

std::vector<OptionRisk> websocket_option_risks(const std::string& connection, const WebSocketOptions& options,
                                               const GivenOptions& given) {
    return RiskReport(connection, given).report(options);
}

}  // namespace laminar
