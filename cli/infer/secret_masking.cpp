#include "cli/infer/secret_masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "catalog/objects/connector_registry.h"
#include "catalog/options/clear_secrets.h"
#include "catalog/options/option_schema.h"
#include "catalog/options/url.h"
#include "cli/infer/feed_request.h"
#include "cli/infer/kinds/object_names.h"
#include "cli/infer/secret_texts.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using ast::OptionValue;

class Masking {
public:
    Masking(ast::CreateConnection& create, RememberedSecrets& remembered) : create_(create), remembered_(remembered) {}

    std::vector<MaskedSecret> mask() {
        const ConnectorDescriptor* connector = builtin_connectors().find(create_.connector.text);
        const OptionSchema* schema = connector ? connector->options : nullptr;
        for (ast::Option& option : create_.options) {
            const OptionDeclaration* declaration = schema ? schema->find(option.name.text) : nullptr;
            if (declaration) mask_option(option.value, *declaration);
        }
        return std::move(masked_);
    }

private:
    std::string replace(std::string_view value, std::string_view wanted, std::string place) {
        remembered_.remember(std::string(value));
        const std::string name = names_.take(snake_case_name(wanted));
        masked_.push_back({name, std::move(place)});
        return fmt::format("${{secret:{}}}", name);
    }

    void mask_option(OptionValue& value, const OptionDeclaration& option) {
        const OptionFacts& facts = option.facts;
        if (facts.rule == TextRule::websocket_url)
            mask_urls(value);
        else if (facts.rule == TextRule::headers)
            mask_headers(value);
        else if (facts.secret)
            mask_all(value, option);
        else if (facts.takes_json || option.name == "ack_message")
            mask_message(value, option.name);
    }

    /// What is a secret as a whole; a path, and the URL of a proxy that asks for no password, are none.
    void mask_all(OptionValue& value, const OptionDeclaration& option) {
        if (auto* list = std::get_if<OptionValue::List>(&value.node))
            for (OptionValue& element : list->elements) mask_all(element, option);
        auto* text = std::get_if<OptionValue::String>(&value.node);
        if (!text || !is_clear(text->text)) return;
        const TextRule rule = option.facts.rule;
        const bool is_path = rule == TextRule::pem_or_path && text->text.find("-----BEGIN") == std::string::npos;
        const bool is_open = rule == TextRule::proxy_url && text->text.find('@') == std::string::npos;
        if (!is_path && !is_open)
            text->text = replace(text->text, option.name, fmt::format("option \"{}\"", option.name));
    }

    void mask_urls(OptionValue& value) {
        if (auto* text = std::get_if<OptionValue::String>(&value.node)) text->text = masked_url(text->text);
        if (auto* list = std::get_if<OptionValue::List>(&value.node))
            for (OptionValue& element : list->elements) mask_urls(element);
    }

    std::string masked_url(std::string_view url) {
        const std::size_t scheme = url.find("://");
        const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
        const std::size_t path = std::min(url.find_first_of("/?", host), url.size());
        const std::size_t query = std::min(url.find('?', path), url.size());
        return std::string(url.substr(0, host)) + masked_authority(url.substr(host, path - host)) +
               masked_path(url.substr(path, query - path)) + masked_query(url.substr(query));
    }

    /// user:password@host.
    std::string masked_authority(std::string_view authority) {
        const std::size_t at = authority.rfind('@');
        const std::size_t colon = authority.find(':');
        if (at == std::string_view::npos || colon > at || !is_clear(authority.substr(colon + 1, at - colon - 1)))
            return std::string(authority);
        return std::string(authority.substr(0, colon + 1)) +
               replace(percent_decoded(authority.substr(colon + 1, at - colon - 1)), "endpoint_password",
                       "the password in the URL") +
               std::string(authority.substr(at));
    }

    std::string masked_path(std::string_view path) {
        return in_parts(path, "/", [this](std::string_view part) {
            return looks_made_up(part) ? replace(percent_decoded(part), "endpoint_key", "a part of the URL's path")
                                       : std::string(part);
        });
    }

    std::string masked_query(std::string_view query) {
        return in_parts(query, "?&", [this](std::string_view part) {
            const std::size_t equals = part.find('=');
            if (equals == std::string_view::npos) return std::string(part);
            const std::string_view name = part.substr(0, equals);
            const std::string_view value = part.substr(equals + 1);
            if (!is_clear(value) || (!is_secret_name(name) && !looks_made_up(value))) return std::string(part);
            return fmt::format("{}={}", name,
                               replace(percent_decoded(value), name, fmt::format("parameter \"{}\" of the URL", name)));
        });
    }

    template <class Change>
    static std::string in_parts(std::string_view text, std::string_view separators, Change change) {
        std::string changed;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find_first_of(separators), text.size());
            changed += change(text.substr(0, end));
            if (end < text.size()) changed += text[end];
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return changed;
    }

    void mask_headers(OptionValue& value) {
        auto* headers = std::get_if<OptionValue::Object>(&value.node);
        if (!headers) return;
        for (auto& [key, entry] : headers->entries) {
            const auto* name = std::get_if<OptionValue::String>(&key.node);
            auto* text = std::get_if<OptionValue::String>(&entry.node);
            if (!name || !text || !is_clear(text->text)) continue;
            if (!is_secret_name(name->text) && !looks_made_up(text->text)) continue;
            // Basic and Bearer are no secret.
            const std::size_t space = text->text.find(' ');
            const bool has_scheme =
                space != std::string::npos && space > 0 &&
                std::all_of(text->text.begin(), text->text.begin() + static_cast<std::ptrdiff_t>(space), is_letter) &&
                equals_ignoring_case(name->text, "authorization");
            const std::string scheme = has_scheme ? text->text.substr(0, space + 1) : std::string();
            const std::string secret = text->text.substr(scheme.size());
            text->text = scheme + replace(secret, name->text, fmt::format("header \"{}\"", name->text));
        }
    }

    /// Of a list that is no JSON each element is a message, or a rule with some.
    void mask_message(OptionValue& value, std::string_view option) {
        auto* list = std::get_if<OptionValue::List>(&value.node);
        if (list && !list->json) {
            for (OptionValue& element : list->elements) mask_message(element, option);
        } else if (auto* text = std::get_if<OptionValue::String>(&value.node)) {
            text->text = masked_text(text->text, option);
        } else {
            mask_members(value, {.option = option, .name = option, .logs_in = false});
        }
    }

    /// A message that is no JSON: LOGIN and what follows it, key=value, and what looks made up.
    std::string masked_text(std::string_view text, std::string_view option) {
        const std::string place = fmt::format("a part of {}", option);
        const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
        const std::size_t space = text.find_first_of(blanks, first);
        const std::size_t rest = text.find_first_not_of(blanks, space);
        if (rest != std::string_view::npos) {
            const std::string_view word = text.substr(first, space - first);
            const std::string_view last = text.substr(0, text.find_last_not_of(blanks) + 1).substr(rest);
            if ((names_login(word) || is_secret_name(word)) && is_clear(last))
                return std::string(text.substr(0, rest)) + replace(last, word, place) +
                       std::string(text.substr(rest + last.size()));
        }
        return in_parts(text, " \t\r\n\"'[](),;&|", [&](std::string_view part) {
            if (refers_to_secret(part)) return std::string(part);
            const std::size_t mark = part.find_first_of("=:");
            const std::string_view value = mark == std::string_view::npos ? "" : part.substr(mark + 1);
            if (mark != std::string_view::npos && is_secret_name(part.substr(0, mark)) && is_clear(value))
                return std::string(part.substr(0, mark + 1)) + replace(value, part.substr(0, mark), place);
            return looks_made_up(part) ? replace(part, option, place) : std::string(part);
        });
    }

    struct Place {
        std::string_view option;
        std::string_view name;  ///< Of the member that it is in.
        bool logs_in = false;   ///< In a message that does: texts of its lists are what proves who sends it.
    };

    static bool is_login(const OptionValue& value) {
        const auto* text = std::get_if<OptionValue::String>(&value.node);
        return text && names_login(text->text);
    }

    void mask_members(OptionValue& value, Place place) {
        if (auto* list = std::get_if<OptionValue::List>(&value.node)) {
            place.logs_in = place.logs_in || (!list->elements.empty() && is_login(list->elements.front()));
            for (OptionValue& element : list->elements)
                mask_text_or_members(element, place, place.logs_in && !is_login(element));
        }
        auto* object = std::get_if<OptionValue::Object>(&value.node);
        if (!object) return;
        place.logs_in = place.logs_in || std::any_of(object->entries.begin(), object->entries.end(),
                                                     [](const auto& entry) { return is_login(entry.value); });
        for (auto& [key, entry] : object->entries) {
            if (const auto* name = std::get_if<OptionValue::String>(&key.node)) place.name = name->text;
            mask_text_or_members(entry, place, is_secret_name(place.name));
        }
    }

    void mask_text_or_members(OptionValue& value, const Place& place, bool is_secret) {
        auto* text = std::get_if<OptionValue::String>(&value.node);
        if (!text)
            mask_members(value, place);
        else if (is_clear(text->text) && (is_secret || looks_made_up(text->text)))
            text->text = replace(text->text, place.name, fmt::format("member \"{}\" of {}", place.name, place.option));
    }

    static constexpr std::string_view blanks = " \t\r\n";

    ast::CreateConnection& create_;
    RememberedSecrets& remembered_;
    UniqueNames names_;
    std::vector<MaskedSecret> masked_;
};

}  // namespace

std::vector<MaskedSecret> mask_secrets(ast::CreateConnection& create, RememberedSecrets& remembered) {
    return Masking(create, remembered).mask();
}

}  // namespace laminar
