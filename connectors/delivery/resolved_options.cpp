#include "connectors/delivery/resolved_options.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

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
        if (auto* text = std::get_if<ComputedText>(&data)) return resolve(*text, {});
        if (auto* list = std::get_if<ComputedList>(&data)) {
            for (ComputedText& text : *list) {
                if (!resolve(text, {})) return false;
            }
        }
        if (auto* map = std::get_if<ComputedMap>(&data)) {
            for (auto& [key, text] : *map) {
                if (!resolve(text, key)) return false;
            }
        }
        if (auto* rules = std::get_if<MessageRules>(&data)) {
            for (MessageRule& rule : *rules) {
                if (rule.send && !resolve(*rule.send, {})) return false;
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
        if (!resolved.missing.empty()) return report_missing(resolved.missing, key);
        const auto violation = key.empty() ? check_text(option_.facts.rule, resolved.text)
                                           : check_entry(option_.facts.rule, key, resolved.text);
        if (violation) {
            problem_ = {"invalid_option", fmt::format("option \"{}\" {}", option_.name, violation->message)};
            return false;
        }
        text = std::move(resolved.text);
        return true;
    }

    /// The secrets of an expression have their values when it is evaluated, and what it makes of them the form it
    /// says.
    bool resolve(ComputedText& text, const std::string& key) {
        if (text.expression() == nullptr) {
            std::string constant = text.text();
            if (!resolve(constant, key)) return false;
            text = std::move(constant);
            return true;
        }
        std::vector<std::pair<std::string, std::string>> values;
        std::vector<std::string> missing;
        for (const std::string& name : text.secret_names()) {
            SecretResolver::Result found = secrets_.resolve(fmt::format("${{secret:{}}}", name));
            missing.insert(missing.end(), found.missing.begin(), found.missing.end());
            values.emplace_back(name, std::move(found.text));
        }
        if (!missing.empty()) return report_missing(missing, key);
        found_any_ = found_any_ || !values.empty();
        text = text.with_secrets(std::move(values));
        return true;
    }

    bool report_missing(const std::vector<std::string>& missing, const std::string& key) {
        const std::string place = key.empty() ? std::string(option_.name) : fmt::format("{} \"{}\"", option_.name, key);
        problem_ = {"secret_missing", fmt::format("{}: {}", place, fmt::join(missing, "; "))};
        return false;
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
