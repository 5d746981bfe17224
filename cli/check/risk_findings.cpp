#include "cli/check/risk_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/options/option_schema.h"
#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "connectors/websocket/options/options.h"

namespace laminar {
namespace {

using ast::OptionValue;

constexpr std::string_view use_a_secret =
    "write ${secret:name} and give the value by --secrets-dir, --env-file or LAMINAR_SECRET_NAME";

/// Narrower than what is redacted: a warning that is wrong costs more than a value that is hidden in vain.
bool names_credential(std::string_view name) {
    constexpr std::array<std::string_view, 14> words{"token",         "secret", "password",  "passwd",     "pwd",
                                                     "authorization", "apikey", "accesskey", "privatekey", "signature",
                                                     "credential",    "bearer", "jwt",       "cookie"};
    std::string plain = fold_case(name);
    plain.erase(std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '-' || c == '_' || c == '.'; }),
                plain.end());
    return plain == "auth" || plain == "xauth" || std::any_of(words.begin(), words.end(), [&](std::string_view word) {
               return plain.find(word) != std::string::npos;
           });
}

bool refers_to_secret(std::string_view text) { return !find_secret_references(text).empty(); }

bool is_clear(std::string_view text) { return !text.empty() && !refers_to_secret(text); }

const std::string* text_of(const OptionValue& value) {
    const auto* text = std::get_if<OptionValue::String>(&value.node);
    return text ? &text->text : nullptr;
}

/// Calls visit(key, text, span) for every text in a value; key is empty outside of objects and maps.
template <class Visit>
void for_each_text(const OptionValue& value, const std::string& key, const Visit& visit) {
    if (const std::string* text = text_of(value)) {
        visit(key, *text, value.span);
    } else if (const auto* list = std::get_if<OptionValue::List>(&value.node)) {
        for (const OptionValue& element : list->elements) for_each_text(element, key, visit);
    } else if (const auto* object = std::get_if<OptionValue::Object>(&value.node)) {
        for (const auto& [name, entry] : object->entries) {
            const std::string* entry_key = text_of(name);
            for_each_text(entry, entry_key ? *entry_key : std::string(), visit);
        }
    }
}

/// Calls visit(name, value) for every parameter of a URL's query.
template <class Visit>
void for_each_parameter(std::string_view url, const Visit& visit) {
    std::size_t at = url.find('?');
    while (at != std::string_view::npos) {
        const std::size_t end = url.find('&', at + 1);
        const std::string_view pair = url.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) visit(pair.substr(0, equals), pair.substr(equals + 1));
        at = end;
    }
}

bool has_credential_parameter(std::string_view url, bool clear_alone) {
    bool found = false;
    for_each_parameter(url, [&](std::string_view name, std::string_view value) {
        found = found || (names_credential(name) && (!clear_alone || is_clear(value)));
    });
    return found;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.");
}

const std::vector<ast::Option>& options_of(const ast::Statement& statement) {
    static const std::vector<ast::Option> none;
    if (const auto* create = std::get_if<ast::CreateConnection>(&statement.node)) return create->options;
    if (const auto* alter = std::get_if<ast::AlterConnection>(&statement.node)) return alter->options;
    return none;
}

class ConnectionRisks {
public:
    ConnectionRisks(const ConnectionObject& connection, const ast::Statement& statement, Diagnostics& diagnostics)
        : connection_(connection),
          schema_(*connection.connector->options),
          statement_(statement),
          diagnostics_(diagnostics) {}

    void report() const {
        for (const ast::Option& option : options_of(statement_)) {
            if (const OptionDeclaration* declaration = schema_.find(option.name.text))
                report_clear_secrets(*declaration, option.value);
        }
        const auto* options = dynamic_cast<const WebSocketOptions*>(connection_.options.get());
        if (!options) return;
        if (options->mode == WebSocketMode::client) {
            report_plain_transport(*options);
            report_verification(*options);
        } else {
            report_open_server(*options);
        }
    }

private:
    [[nodiscard]] const ast::Option* given(std::string_view name) const {
        for (const ast::Option& option : options_of(statement_)) {
            const OptionDeclaration* declaration = schema_.find(option.name.text);
            if (declaration && declaration->name == name) return &option;
        }
        return nullptr;
    }

    /// Where a finding is shown: at the option's value, or at the statement when ALTER does not give the option.
    [[nodiscard]] SourceSpan span_of(std::string_view name) const {
        const ast::Option* option = given(name);
        return option ? option->value.span : statement_.span;
    }

    void warn_of_clear_secret(SourceSpan span, std::string_view what) const {
        diagnostics_.warning(DiagnosticCode::secret_in_clear, span, fmt::format("{} is written in clear", what),
                             std::string(use_a_secret));
    }

    void report_clear_secrets(const OptionDeclaration& option, const OptionValue& value) const {
        const OptionFacts& facts = option.facts;
        for_each_text(value, {}, [&](const std::string& key, const std::string& text, SourceSpan span) {
            if (!key.empty()) {
                if (names_credential(key) && is_clear(text)) warn_of_clear_secret(span, fmt::format("\"{}\"", key));
            } else if (facts.rule == TextRule::websocket_url) {
                if (has_credential_parameter(text, true)) warn_of_clear_secret(span, "a credential in the URL");
            } else if (facts.rule == TextRule::proxy_url) {
                const auto url = parse_proxy_url(text);
                const auto* proxy = std::get_if<ProxyUrl>(&url);
                if (proxy && is_clear(proxy->password)) warn_of_clear_secret(span, "the password of the proxy");
            } else if (facts.secret && is_secret_text(facts.rule, text)) {
                warn_of_clear_secret(span, fmt::format("\"{}\"", option.name));
            }
        });
    }

    /// Of an option whose value is a secret, whether this text gives it away.
    static bool is_secret_text(TextRule rule, std::string_view text) {
        if (rule == TextRule::pem_or_path) return text.find("-----BEGIN") != std::string_view::npos;
        if (rule == TextRule::credentials) text = text.substr(std::min(text.find(':') + 1, text.size()));
        return is_clear(text);
    }

    /// Whether a secret of that option goes to the endpoint. Certificates go by TLS alone, a proxy has its own.
    static bool sends_secret(const OptionDeclaration& option, const WebSocketOptions& options) {
        if (option.facts.rule == TextRule::pem_or_path || option.facts.rule == TextRule::proxy_url) return false;
        const OptionData data = option.field.read(options);
        if (const auto* text = std::get_if<std::string>(&data)) return refers_to_secret(*text);
        if (const auto* list = std::get_if<TextList>(&data))
            return std::any_of(list->begin(), list->end(), refers_to_secret);
        const auto* map = std::get_if<TextMap>(&data);
        return map &&
               std::any_of(map->begin(), map->end(), [](const auto& entry) { return refers_to_secret(entry.second); });
    }

    [[nodiscard]] bool sends_credentials(const WebSocketOptions& options) const {
        bool found = std::any_of(options.headers.begin(), options.headers.end(),
                                 [](const auto& header) { return names_credential(header.first); });
        for (const OptionDeclaration& option : schema_.options()) found = found || sends_secret(option, options);
        if (const ast::Option* message = given("subscribe_message")) {
            for_each_text(message->value, {}, [&](const std::string& key, const std::string&, SourceSpan) {
                found = found || names_credential(key);
            });
        }
        return found || std::any_of(options.endpoint.begin(), options.endpoint.end(),
                                    [](const std::string& url) { return has_credential_parameter(url, false); });
    }

    void report_plain_transport(const WebSocketOptions& options) const {
        if (!sends_credentials(options)) return;
        for (const std::string& endpoint : options.endpoint) {
            const auto url = parse_websocket_url(endpoint);
            const auto* parsed = std::get_if<WebSocketUrl>(&url);
            if (!parsed || parsed->secure || is_loopback(parsed->host)) continue;
            diagnostics_.warning(DiagnosticCode::cleartext_credentials, span_of("endpoint"),
                                 fmt::format("connection \"{}\" sends credentials to \"{}\" without encryption",
                                             connection_.name, parsed->host),
                                 "use wss:// instead of ws://");
            return;
        }
    }

    void report_verification(const WebSocketOptions& options) const {
        const bool encrypted = std::any_of(
            options.endpoint.begin(), options.endpoint.end(),
            [](const std::string& url) { return fold_case(url.substr(0, 4)) == "wss:" || url.starts_with("${"); });
        if (!encrypted) return;
        for (const auto& [name, verifies] :
             {std::pair("tls_verify", options.tls_verify),
              std::pair("tls_hostname_verification", options.tls_hostname_verification)}) {
            if (verifies || !given(name)) continue;
            diagnostics_.warning(DiagnosticCode::tls_not_verified, span_of(name),
                                 fmt::format("connection \"{}\" does not verify whom it talks to", connection_.name),
                                 "remove the option, and give the authority of a private certificate as tls_ca_cert");
            return;
        }
    }

    void report_open_server(const WebSocketOptions& options) const {
        if (is_loopback(options.host) || options.auth_token || options.basic_auth || options.tls_client_ca) return;
        diagnostics_.warning(
            DiagnosticCode::open_server, span_of("host"),
            fmt::format("server \"{}\" accepts anyone who can reach {}", connection_.name, options.host),
            "ask for auth_token, basic_auth or client certificates (tls_client_ca)");
    }

    const ConnectionObject& connection_;
    const OptionSchema& schema_;
    const ast::Statement& statement_;
    Diagnostics& diagnostics_;
};

SourceSpan name_span(const Definition& definition) {
    return std::visit(
        [&]<class Node>(const Node& node) {
            if constexpr (requires { node.if_not_exists; }) {
                return node.name.span;
            } else {
                return definition.statement.span;
            }
        },
        definition.statement.node);
}

}  // namespace

void report_connection_risks(const ConnectionObject& connection, const ast::Statement& statement,
                             Diagnostics& diagnostics) {
    if (connection.connector && connection.options) ConnectionRisks(connection, statement, diagnostics).report();
}

void ObjectUse::add(const BoundQuery& query) {
    has_consumers_ = true;
    for (const auto* names : {&query.dependencies, &query.connection_tests}) {
        for (const std::string& name : *names) names_.insert(fold_case(name));
    }
}

void ObjectUse::add(const BoundStatement& statement) {
    if (const auto* select = std::get_if<BoundSelect>(&statement.node)) add(select->query);
    if (const auto* insert = std::get_if<BoundInsert>(&statement.node)) add(insert->query);
    if (const auto* subscription = std::get_if<BoundSubscribe>(&statement.node)) add(subscription->query);
    if (const auto* explain = std::get_if<std::shared_ptr<BoundExplain>>(&statement.node)) add((*explain)->statement);
    if (const auto* wait = std::get_if<BoundWaitFor>(&statement.node)) {
        has_consumers_ = true;
        names_.insert(fold_case(wait->name));
    }
    if (const auto* create = std::get_if<BoundCreate>(&statement.node)) {
        const ast::ObjectKind kind = kind_of(create->object);
        has_consumers_ = has_consumers_ || (kind != ast::ObjectKind::connection && kind != ast::ObjectKind::function);
    }
}

bool ObjectUse::contains(std::string_view name) const { return names_.contains(fold_case(name)); }

void report_unused(const Catalog& catalog, const ObjectUse& use, const SourceTextPtr& source,
                   Diagnostics& diagnostics) {
    for (const ast::ObjectKind kind : {ast::ObjectKind::connection, ast::ObjectKind::pipeline}) {
        for (const CatalogObject* object : catalog.objects(kind)) {
            const Definition& definition = definition_of(*object);
            if (definition.source != source || use.contains(definition.name) ||
                !catalog.users_of(kind, definition.name).empty()) {
                continue;
            }
            const auto* pipeline = std::get_if<PipelineObject>(object);
            if (pipeline && pipeline->sink.empty()) {
                diagnostics.warning(DiagnosticCode::pipeline_without_sink, name_span(definition),
                                    fmt::format("pipeline \"{}\" has no sink: its rows are printed", definition.name),
                                    "write INSERT INTO table after AS; a table over a stdout connection prints rows on "
                                    "purpose");
            } else if (!pipeline && use.has_consumers()) {
                diagnostics.warning(DiagnosticCode::unused_connection, name_span(definition),
                                    fmt::format("nothing uses connection \"{}\"", definition.name),
                                    "it is never opened; remove it, or read from it");
            }
        }
    }
}

}  // namespace laminar
