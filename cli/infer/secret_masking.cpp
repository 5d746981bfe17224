#include "cli/infer/secret_masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "catalog/options/clear_secrets.h"
#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "cli/infer/feed_request.h"
#include "cli/infer/kinds/object_names.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

using ast::OptionValue;

constexpr std::size_t shortest_made_up = 24;

bool is_secret_name(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{"sig", "sign", "passphrase", "session", "ticket", "hmac", "pass"};
    const std::string folded = fold_case(name);
    return names_credential(name) || folded.ends_with("key") || folded.starts_with("key_") ||
           std::find(names.begin(), names.end(), folded) != names.end();
}

/// Letters and digits in a mix that nobody writes: a key as a part of a path.
bool looks_made_up(std::string_view text) {
    if (text.size() < shortest_made_up || refers_to_secret(text)) return false;
    const auto is_plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
    const auto digits = std::count_if(text.begin(), text.end(), is_digit);
    const auto letters = std::count_if(text.begin(), text.end(), is_letter);
    return std::all_of(text.begin(), text.end(), is_plain) && digits >= 4 && letters >= 4;
}

class Masking {
public:
    Masking(ast::CreateConnection& create, RememberedSecrets& remembered) : create_(create), remembered_(remembered) {}

    std::vector<MaskedSecret> mask() {
        if (ast::Option* endpoint = find_option(create_, "endpoint")) mask_urls(endpoint->value);
        if (ast::Option* headers = find_option(create_, "headers")) mask_headers(headers->value);
        for (const std::string_view option : {"subscribe_message", "ping_message", "ack_message"})
            if (ast::Option* message = find_option(create_, option)) mask_members(message->value, option);
        return std::move(masked_);
    }

private:
    std::string replace(std::string_view value, std::string_view wanted, std::string place) {
        remembered_.remember(std::string(value));
        const std::string name = names_.take(snake_case_name(wanted));
        masked_.push_back({name, std::move(place)});
        return fmt::format("${{secret:{}}}", name);
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
        return std::string(url.substr(0, path)) + masked_path(url.substr(path, query - path)) +
               masked_query(url.substr(query));
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

    void mask_members(OptionValue& value, std::string_view option) {
        if (auto* list = std::get_if<OptionValue::List>(&value.node))
            for (OptionValue& element : list->elements) mask_members(element, option);
        auto* object = std::get_if<OptionValue::Object>(&value.node);
        if (!object) return;
        for (auto& [key, entry] : object->entries) {
            const auto* name = std::get_if<OptionValue::String>(&key.node);
            auto* text = std::get_if<OptionValue::String>(&entry.node);
            const bool is_secret =
                name && text && is_clear(text->text) && (is_secret_name(name->text) || looks_made_up(text->text));
            if (is_secret)
                text->text = replace(text->text, name->text, fmt::format("member \"{}\" of {}", name->text, option));
            else
                mask_members(entry, option);
        }
    }

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
