#include "connectors/delivery/resolved_options.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "catalog/options/option_text_rules.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {

namespace {

SecretResolver::Result resolve_text(const OptionFacts& facts, const std::string& text, const SecretResolver& secrets) {
    if (facts.rule == TextRule::websocket_url) return secrets.resolve_in_url(text);
    if (facts.rule == TextRule::request_path) return secrets.resolve_in_path(text);
    if (facts.takes_json && is_json_value(text)) return secrets.resolve_in_json(text);
    return secrets.resolve(text);
}

/// The texts of one option, one after the other.
class OptionResolver {
public:
    OptionResolver(const OptionDeclaration& option, const SecretResolver& secrets, OptionProblem& problem)
        : option_(option), secrets_(secrets), problem_(problem) {}

    /// False after filling the problem.
    bool resolve(OptionData& data) {
        if (auto* text = std::get_if<std::string>(&data)) return resolve(*text, {});
        if (auto* list = std::get_if<TextList>(&data)) {
            for (std::string& text : *list) {
                if (!resolve(text, {})) return false;
            }
        }
        if (auto* map = std::get_if<TextMap>(&data)) {
            for (auto& [key, text] : *map) {
                if (!resolve(text, key)) return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool found_any() const noexcept { return found_any_; }

private:
    bool resolve(std::string& text, const std::string& key) {
        if (find_secret_references(text).empty()) return true;
        found_any_ = true;
        SecretResolver::Result resolved = resolve_text(option_.facts, text, secrets_);
        if (!resolved.missing.empty()) {
            const std::string place =
                key.empty() ? std::string(option_.name) : fmt::format("{} \"{}\"", option_.name, key);
            problem_ = {"secret_missing", fmt::format("{}: {}", place, fmt::join(resolved.missing, "; "))};
            return false;
        }
        const auto violation = key.empty() ? check_text(option_.facts.rule, resolved.text)
                                           : check_entry(option_.facts.rule, key, resolved.text);
        if (violation) {
            problem_ = {"invalid_option", fmt::format("option \"{}\" {}", option_.name, violation->message)};
            return false;
        }
        text = std::move(resolved.text);
        return true;
    }

    const OptionDeclaration& option_;
    const SecretResolver& secrets_;
    OptionProblem& problem_;
    bool found_any_ = false;
};

}  // namespace

std::shared_ptr<const OptionSet> resolve_option_set(const OptionSchema& schema, const OptionSet& options,
                                                    const SecretResolver& secrets, OptionProblem& problem) {
    std::shared_ptr<OptionSet> copy = schema.copy(options);
    for (const OptionDeclaration& option : schema.options()) {
        OptionData data = option.field.read(options);
        OptionResolver resolver(option, secrets, problem);
        if (!resolver.resolve(data)) return nullptr;
        if (resolver.found_any()) option.field.assign(*copy, data);
    }
    return copy;
}

}  // namespace laminar
