#include "catalog/options/clear_secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/text/json_texts.h"

namespace laminar {
namespace {

using ast::OptionValue;
using TextVisitor = std::function<void(const std::string&, const std::string&, SourceSpan)>;

const std::string* text_of(const OptionValue& value) {
    const auto* text = std::get_if<OptionValue::String>(&value.node);
    return text ? &text->text : nullptr;
}

bool is_call_of(const ast::Expression& expression, std::string_view function) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    return call && call->name.parts.size() == 1 && equals_ignoring_case(call->name.parts.front().text, function);
}

/// Of an expression what it says without computing it; of what is computed, its texts, unless there is a secret among
/// them: the rest of a signature is none.
void visit_texts(const ast::Expression& expression, const std::string& key, const TextVisitor& visit) {
    const auto visit_entries = [&](const std::vector<ast::KeyValue>& entries) {
        for (const ast::KeyValue& entry : entries) {
            const auto* name = std::get_if<ast::Literal>(&entry.key.node);
            visit_texts(entry.value, name ? name->text : std::string(), visit);
        }
    };
    if (const auto* literal = std::get_if<ast::Literal>(&expression.node)) {
        if (literal->kind == ast::LiteralKind::string) visit(key, literal->text, expression.span);
    } else if (const auto* list = std::get_if<ast::ListLiteral>(&expression.node)) {
        for (const ast::Expression& element : list->elements) visit_texts(element, key, visit);
    } else if (const auto* json = std::get_if<ast::JsonObject>(&expression.node)) {
        visit_entries(json->entries);
    } else if (const auto* map = std::get_if<ast::MapLiteral>(&expression.node)) {
        visit_entries(map->entries);
    } else if (const auto* object = std::get_if<ast::StructLiteral>(&expression.node)) {
        visit_entries(object->entries);
    } else {
        bool has_secret = false;
        const ast::Literal* longest = nullptr;  // One finding for each value is enough.
        SourceSpan span;
        const auto collect = [&](const auto& self, const ast::Expression& part) -> void {
            has_secret = has_secret || is_call_of(part, "secret");
            const auto* text = std::get_if<ast::Literal>(&part.node);
            const bool is_text = text && text->kind == ast::LiteralKind::string;
            if (is_text && (!longest || text->text.size() > longest->text.size())) {
                longest = text;
                span = part.span;
            }
            // A path, and a format of times.
            if (is_call_of(part, "received") || is_call_of(part, "strftime")) return;
            ast::for_each_child_of_expression(
                part, [&](const ast::Expression& child) { self(self, child); }, [](const ast::Query&) {});
        };
        collect(collect, expression);
        if (longest && !has_secret) visit(key, longest->text, span);
    }
}

void visit_texts(const OptionValue& value, const std::string& key, const TextVisitor& visit) {
    if (const std::string* text = text_of(value)) {
        visit(key, *text, value.span);
    } else if (const auto* computed = std::get_if<OptionValue::Computed>(&value.node)) {
        visit_texts(*computed->expression, key, visit);
    } else if (const auto* list = std::get_if<OptionValue::List>(&value.node)) {
        for (const OptionValue& element : list->elements) visit_texts(element, key, visit);
    } else if (const auto* object = std::get_if<OptionValue::Object>(&value.node)) {
        for (const auto& [name, entry] : object->entries) {
            const std::string* entry_key = text_of(name);
            visit_texts(entry, entry_key ? *entry_key : std::string(), visit);
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

}  // namespace

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

void for_each_text(const OptionValue& value, const TextVisitor& visit) { visit_texts(value, {}, visit); }

namespace {

/// Of an option whose value is a secret, whether this text gives it away.
bool is_secret_text(TextRule rule, std::string_view text) {
    if (rule == TextRule::pem_or_path) return text.find("-----BEGIN") != std::string_view::npos;
    if (rule == TextRule::credentials) text = text.substr(std::min(text.find(':') + 1, text.size()));
    return is_clear(text);
}

/// What a text gives away; empty: nothing.
std::string what_is_clear(const OptionDeclaration& option, const std::string& key, const std::string& text) {
    const OptionFacts& facts = option.facts;
    if (!key.empty() && names_credential(key)) return is_clear(text) ? fmt::format("\"{}\"", key) : "";
    if (!key.empty() && facts.secret) return {};
    if (facts.rule == TextRule::websocket_url)
        return has_credential_parameter(text, true) ? "a credential in the URL" : "";
    if (facts.rule == TextRule::proxy_url) {
        const auto url = parse_proxy_url(text);
        const auto* proxy = std::get_if<ProxyUrl>(&url);
        return proxy && is_clear(proxy->password) ? "the password of the proxy" : "";
    }
    if (facts.secret) return is_secret_text(facts.rule, text) ? fmt::format("\"{}\"", option.name) : "";
    std::string what;
    for_each_json_text(text, [&](std::string_view name, std::size_t begin, std::size_t end) {
        const std::string_view value = std::string_view(text).substr(begin, end - begin);
        if (what.empty() && names_credential(name) && is_clear(value)) what = fmt::format("\"{}\"", name);
    });
    return what;
}

}  // namespace

void for_each_clear_secret(const OptionSchema& schema, const std::vector<ast::Option>& options,
                           const std::function<void(SourceSpan, const std::string&)>& visit) {
    for (const ast::Option& option : options) {
        const OptionDeclaration* declaration = schema.find(option.name.text);
        if (!declaration) continue;
        for_each_text(option.value, [&](const std::string& key, const std::string& text, SourceSpan span) {
            if (const std::string what = what_is_clear(*declaration, key, text); !what.empty()) visit(span, what);
        });
    }
}

}  // namespace laminar
