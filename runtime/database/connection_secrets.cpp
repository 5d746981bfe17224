#include "runtime/database/connection_secrets.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include "catalog/options/clear_secrets.h"
#include "catalog/options/option_schema.h"
#include "catalog/validation/json_credentials.h"

namespace laminar {
namespace {

void append_value(const std::string& name, const SecretResolver& secrets, std::string& values) {
    const std::optional<std::string> value = secrets.find(name);
    values += name;
    values += value ? '=' : '?';
    values += value.value_or(std::string());
    values += '\0';
}

void append_values(std::string_view text, const SecretResolver& secrets, std::string& values) {
    for (const SecretReference& reference : find_secret_references(text)) append_value(reference.name, secrets, values);
}

template <class Visit>
void for_each_option(const ConnectionObject& connection, const Visit& visit) {
    if (!connection.connector || !connection.connector->options || !connection.options) return;
    for (const OptionDeclaration& option : connection.connector->options->options())
        visit(option, option.field.read(*connection.options));
}

/// Calls visit(declaration, key, text) for every text among the options that is written out; key: its name in a map,
/// else empty.
template <class Visit>
void for_each_text(const ConnectionObject& connection, const Visit& visit) {
    for_each_option(connection, [&](const OptionDeclaration& option, const OptionData& data) {
        if (const auto* text = std::get_if<std::string>(&data)) visit(option, std::string(), *text);
        if (const auto* list = std::get_if<TextList>(&data)) {
            for (const std::string& text : *list) visit(option, std::string(), text);
        }
        if (const auto* map = std::get_if<TextMap>(&data)) {
            for (const auto& [key, text] : *map) visit(option, key, text);
        }
        for_each_computed(data, [&](const std::string& key, const ComputedText& text) {
            if (text.expression() == nullptr) visit(option, key, text.text());
        });
    });
}

bool has_secret(const ComputedExpression& expression) {
    return expression.operation == ComputedOperation::secret ||
           std::any_of(expression.operands.begin(), expression.operands.end(), has_secret);
}

/// Calls visit(text, before) for the texts of an expression in their order, each with the one before it.
template <class Visit>
void for_each_literal(const ComputedExpression& expression, std::string& before, const Visit& visit) {
    if (expression.operation == ComputedOperation::literal && expression.type == ComputedType::varchar) {
        visit(expression.text, before);
        before = expression.text;
    }
    for (const ComputedExpression& operand : expression.operands) for_each_literal(operand, before, visit);
}

/// Of a header or basic_auth: also what comes after the scheme or the user's name, which travels by itself.
void remember_with_parts(const std::string& text, const SecretResolver& secrets) {
    secrets.remember(text);
    const std::size_t separator = text.find_first_of(" :=");
    if (separator != std::string::npos) secrets.remember(text.substr(separator + 1));
}

/// Credentials that an expression is made of, such as a password that it puts into base64.
void remember_in_expression(const OptionDeclaration& option, const std::string& key,
                            const ComputedExpression& expression, const SecretResolver& secrets) {
    std::string before;
    if (option.facts.rule == TextRule::websocket_url) {
        for_each_literal(expression, before, [&](const std::string& text, const std::string& previous) {
            for (const std::string& credential : url_credentials(text)) secrets.remember(credential);
            if (ends_with_credential_name(previous)) secrets.remember(text.substr(0, text.find('&')));
        });
    } else if (expression.operation == ComputedOperation::json_object) {
        for (std::size_t index = 0; index + 1 < expression.operands.size(); index += 2)
            remember_in_expression(option, expression.operands[index].text, expression.operands[index + 1], secrets);
    } else if (suggests_credential(key) && !has_secret(expression)) {
        for_each_literal(expression, before, [&](const std::string& text, const std::string&) {
            // "Bearer " is none.
            if (!text.ends_with(' ')) remember_with_parts(text, secrets);
        });
    } else if (key.empty() || !suggests_credential(key)) {
        for_each_literal(expression, before, [&](const std::string& text, const std::string&) {
            for (const std::string& credential : json_credentials(text)) secrets.remember(credential);
        });
    }
}

}  // namespace

std::string secret_values(const ConnectionObject& connection, const SecretResolver& secrets) {
    std::string values;
    for_each_text(connection, [&](const OptionDeclaration&, const std::string&, const std::string& text) {
        append_values(text, secrets, values);
    });
    for_each_option(connection, [&](const OptionDeclaration&, const OptionData& data) {
        for_each_computed(data, [&](const std::string&, const ComputedText& text) {
            for (const std::string& name : text.secret_names()) append_value(name, secrets, values);
        });
    });
    return values;
}

void remember_written_credentials(const ConnectionObject& connection, const SecretResolver& secrets) {
    for_each_text(connection, [&](const OptionDeclaration& option, const std::string& key, const std::string& text) {
        // References are remembered when they are looked up, and the words around them are no secret.
        const TextRule rule = option.facts.rule;
        if (rule == TextRule::websocket_url || rule == TextRule::proxy_url) {
            for (const std::string& credential : url_credentials(text)) {
                if (find_secret_references(credential).empty()) secrets.remember(credential);
            }
            return;
        }
        if (!option.facts.secret) {
            if (names_credential(key) && is_clear(text)) secrets.remember(text);
            for (const std::string& credential : json_credentials(text)) secrets.remember(credential);
        }
        if (!option.facts.secret || !find_secret_references(text).empty()) return;
        if (rule == TextRule::pem_or_path && text.find("-----BEGIN") == std::string::npos) return;
        if (rule == TextRule::headers && !suggests_credential(key)) return;
        if (rule == TextRule::headers || rule == TextRule::credentials)
            remember_with_parts(text, secrets);
        else
            secrets.remember(text);
    });
    for_each_option(connection, [&](const OptionDeclaration& option, const OptionData& data) {
        for_each_computed(data, [&](const std::string& key, const ComputedText& text) {
            if (text.expression() != nullptr) remember_in_expression(option, key, *text.expression(), secrets);
        });
    });
}

}  // namespace laminar
