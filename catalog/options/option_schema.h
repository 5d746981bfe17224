#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/options/option_field.h"
#include "catalog/options/option_set.h"

namespace laminar {

/// What a text, or each text of a list, must look like beyond being a text.
enum class TextRule : std::uint8_t {
    any,
    not_empty,
    websocket_url,
    proxy_url,
    host,
    request_path,
    headers,  ///< Keys are names of headers that may be set, values have no control characters.
    token,    ///< RFC 9110 token, as subprotocol names are.
    json_path,
    json_place,   ///< The same, or $: all of it.
    rows_path,    ///< The same with [*].
    time_format,  ///< Of strptime.
    separator,    ///< A control character other than white space.
    credentials,  ///< user:password.
    origin,
    pem_or_path,
    close_codes,   ///< A WebSocket close code, or a range of them: 1008, '4000-4999'. Numbers are taken as texts.
    http_statuses  ///< The same with HTTP statuses.
};

[[nodiscard]] constexpr bool is_about_codes(TextRule rule) noexcept {
    return rule == TextRule::close_codes || rule == TextRule::http_statuses;
}

/// What the maps of an option of rules have.
enum class RuleForm : std::uint8_t {
    step,  ///< expect, with refuse and timeout_ms, or send.
    reply  ///< when and send.
};

/// The part of a rule that names the messages it is about.
[[nodiscard]] constexpr std::string_view awaited_part(RuleForm form) noexcept {
    return form == RuleForm::step ? "expect" : "when";
}

/// Holds when another option (given, or by default) has one of these values, written as in SQL without quotes.
struct OptionCondition {
    std::string_view option;
    std::vector<std::string_view> values;
};

struct OptionBounds {
    double minimum = 0;
    double maximum = 0;
};

/// Bounds that hold beside the general ones while a condition does.
struct ConditionalBounds {
    OptionCondition when;
    OptionBounds bounds;
};

/// Everything there is to say about an option except its name, type and field. All data: validation, DESCRIBE
/// CONNECTOR, completion, redaction and the reference pages read the same facts.
struct OptionFacts {
    std::string_view help = {};     ///< One line, a full sentence.
    std::string_view example = {};  ///< A good value, as SQL text.
    std::string_view unit = {};     ///< ms, s, bytes, messages...; empty without one.
    std::string_view absent = {};   ///< What holds without the option, when it has no default value.
    std::optional<double> minimum = std::nullopt;
    std::optional<double> maximum = std::nullopt;
    std::vector<ConditionalBounds> bounds_when = {};
    TextRule rule = TextRule::any;
    bool required = false;             ///< Wherever it applies.
    bool secret = false;               ///< The value is never shown.
    bool takes_json = false;           ///< JSON_OBJECT and JSON_ARRAY values are taken as their text.
    bool in_session = false;           ///< Its expressions are evaluated in a session: they may call NEXT_ID().
    RuleForm rules = RuleForm::reply;  ///< Of OptionType::rules.
    bool none_is_value = false;        ///< NULL is a value of its own (no limit), not the default.
    bool available = true;             ///< False: accepted, but this build does not act on it yet.
    std::vector<std::string_view> unavailable_values = {};  ///< The same for some of its values alone.
    std::vector<OptionCondition> applies_when = {};         ///< All must hold, else an error.
    std::vector<OptionCondition> effective_when = {};       ///< All must hold, else a warning: it changes nothing.
    std::vector<std::string_view> needs = {};               ///< Options that must be given with it.
    bool fixed_in_use = false;    ///< ALTER cannot change it while tables or pipelines use the connection.
    std::string_view fills = {};  ///< ${...} that it gives a value to in other options.
    /// Names of the ${...} that are replaced in its texts: resume, message_id, and secret (for ${secret:name}), which
    /// the schema adds to all texts where it resolves secrets. Any other is an error.
    std::vector<std::string_view> placeholders = {};
    std::string_view not_below = {};             ///< Option whose value is a lower bound, if both are given.
    std::string_view instead = {};               ///< Hint for when it does not apply.
    std::vector<std::string_view> aliases = {};  ///< Other accepted names.
};

/// One declared option.
struct OptionDeclaration {
    std::string_view name;
    OptionType type = OptionType::text;
    OptionFacts facts;
    std::vector<std::string_view> choices;  ///< Of OptionType::choice.
    std::int64_t unit_microseconds = 0;     ///< Of OptionType::duration: length of one unit of the value.
    OptionField field;
    bool is_computed = false;  ///< Its texts may be expressions.
    std::string default_text;  ///< As SQL; empty without one. Taken from the struct's initial value.

    [[nodiscard]] bool is_named(std::string_view text) const noexcept;  ///< Name or alias, in any case.
};

/// Whether ${secret:name} is replaced in the texts of a schema's options: in all of them, or in none.
enum class SecretsInTexts : std::uint8_t { stay, are_replaced };

/// The options of one thing (a connector, a table, a column): declared once, in order of presentation.
/// Immutable after construction; thread-safe.
class OptionSchema {
public:
    [[nodiscard]] std::string_view subject() const noexcept { return subject_; }
    [[nodiscard]] const std::vector<OptionDeclaration>& options() const noexcept { return options_; }
    /// By name or alias, in any case.
    [[nodiscard]] const OptionDeclaration* find(std::string_view name) const noexcept;
    /// A set with every default.
    [[nodiscard]] std::shared_ptr<OptionSet> make_defaults() const { return make_(); }
    /// set must be of this schema.
    [[nodiscard]] std::shared_ptr<OptionSet> copy(const OptionSet& set) const { return copy_(set); }
    /// The value an option has in a set; nullopt when there is no such option.
    [[nodiscard]] std::optional<OptionData> value_of(const OptionSet& set, std::string_view name) const;
    /// Whether a condition holds for a filled set.
    [[nodiscard]] bool holds(const OptionCondition& condition, const OptionSet& set) const;

protected:
    OptionSchema(std::string_view subject, SecretsInTexts secrets, std::function<std::shared_ptr<OptionSet>()> make,
                 std::function<std::shared_ptr<OptionSet>(const OptionSet&)> copy)
        : subject_(subject), secrets_(secrets), make_(std::move(make)), copy_(std::move(copy)) {}
    void append(OptionDeclaration declaration);

private:
    std::string_view subject_;  ///< connector "websocket", a table, ...: for messages.
    SecretsInTexts secrets_;
    std::function<std::shared_ptr<OptionSet>()> make_;
    std::function<std::shared_ptr<OptionSet>(const OptionSet&)> copy_;
    std::vector<OptionDeclaration> options_;
};

/// The schema of one options struct. The field's type decides the option's type; its initial value is the default.
template <class Options>
class OptionSchemaOf : public OptionSchema {
public:
    explicit OptionSchemaOf(std::string_view subject, SecretsInTexts secrets = SecretsInTexts::stay)
        : OptionSchema(
              subject, secrets, [] { return std::make_shared<Options>(); },
              [](const OptionSet& set) { return std::make_shared<Options>(static_cast<const Options&>(set)); }) {}

    /// The field may be one of a base of Options, so that a group of options is declared once for several structs.
    template <class Owner, class Value>
        requires std::derived_from<Options, Owner>
    OptionSchemaOf& add(std::string_view name, Value Owner::*owned, OptionFacts facts) {
        Value Options::*const field = owned;
        OptionDeclaration declaration;
        declaration.name = name;
        declaration.type = option_type_of<Value>;
        declaration.unit_microseconds = option_unit_microseconds<Value>;
        declaration.is_computed = option_is_computed<Value>;
        declaration.facts = std::move(facts);
        declaration.field = make_option_field<Options>(field);
        append(std::move(declaration));
        return *this;
    }

    /// An option with a fixed list of values, one for each of an enum's.
    template <class Owner, class Enum>
        requires std::derived_from<Options, Owner>
    OptionSchemaOf& add_choice(std::string_view name, Enum Owner::*owned,
                               const std::type_identity_t<ChoiceList<Enum>>& choices, OptionFacts facts) {
        Enum Options::*const field = owned;
        OptionDeclaration declaration;
        declaration.name = name;
        declaration.type = OptionType::choice;
        declaration.facts = std::move(facts);
        for (const auto& choice : choices) declaration.choices.push_back(choice.first);
        declaration.field = make_choice_field<Options>(field, choices);
        append(std::move(declaration));
        return *this;
    }
};

/// string, integer, boolean, ...: for people.
[[nodiscard]] std::string_view option_type_name(OptionType type) noexcept;
/// A value as SQL text: 'text', 5, true, MAP {...}, NULL. Durations are written in units of the option, or as INTERVAL
/// when it has none.
[[nodiscard]] std::string option_data_to_sql(const OptionDeclaration& option, const OptionData& value);
/// "${secret:name} and ${resume}".
[[nodiscard]] std::string list_placeholders(const std::vector<std::string_view>& placeholders);
/// "mode = 'client'", "compression = 'gzip', 'zstd' or 'deflate'".
[[nodiscard]] std::string describe_condition(const OptionSchema& schema, const OptionCondition& condition);

}  // namespace laminar
