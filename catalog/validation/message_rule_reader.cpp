#include "catalog/validation/message_rule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/options/option_json.h"
#include "catalog/validation/condition_reader.h"
#include "catalog/validation/option_text_reader.h"
#include "parser/text/ascii.h"
#include "parser/text/interval_text.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

using Value = ast::OptionValue;

constexpr std::int64_t longest_wait = 86'400'000;

/// Reads the rules of one option; members report what is wrong and return false then.
class RuleReader {
public:
    RuleReader(const OptionDeclaration& option, Diagnostics& diagnostics)
        : option_(option),
          is_step_(option.facts.rules == RuleForm::step),
          awaited_(awaited_part(option.facts.rules)),
          diagnostics_(diagnostics) {}

    std::optional<MessageRules> read(const Value& value) {
        const auto* list = std::get_if<Value::List>(&value.node);
        if (list == nullptr || list->json) {
            if (!read_rule(value)) return std::nullopt;
            return std::move(rules_);
        }
        if (list->elements.empty()) {
            report_wrong_type(option_, value, "list of maps", {}, diagnostics_);
            return std::nullopt;
        }
        bool good = true;
        for (const Value& element : list->elements) good = read_rule(element) && good;
        if (!good) return std::nullopt;
        return std::move(rules_);
    }

private:
    bool refuse(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
        diagnostics_.error(code, span, std::move(message), std::move(hint));
        return false;
    }

    bool read_rule(const Value& value) {
        const auto* object = std::get_if<Value::Object>(&value.node);
        if (object == nullptr || object->json) {
            report_wrong_type(option_, value, "list of maps", {}, diagnostics_);
            return false;
        }
        MessageRule rule;
        std::vector<std::string> given;
        bool good = true;
        for (const auto& [key, part] : object->entries) {
            const std::string* name = text_of(key);
            const std::string part_name = name == nullptr ? std::string() : fold_case(*name);
            if (std::find(given.begin(), given.end(), part_name) != given.end())
                good = refuse(DiagnosticCode::duplicate_option, key.span,
                              fmt::format("option \"{}\" has \"{}\" twice in one map", option_.name, part_name), {});
            given.push_back(part_name);
            good = read_part(part_name, key, part, rule) && good;
        }
        good = good && check_parts(given, value.span);
        if (!good) return false;
        has_received_ = has_received_ || !rule.awaited.empty();
        rules_.push_back(std::move(rule));
        return true;
    }

    bool read_part(const std::string& name, const Value& key, const Value& part, MessageRule& rule) {
        if (name == awaited_) return read_conditions_of(part, rule.awaited);
        if (name == "send") return read_send(part, rule);
        if (!is_step_ && name == "keep") return read_keep(part, rule);
        if (is_step_ && name == "refuse") return read_conditions_of(part, rule.refusal);
        if (is_step_ && name == "timeout_ms") return read_timeout(part, rule);
        std::vector<std::string> names{std::string(awaited_), "send"};
        if (is_step_) names.insert(names.begin() + 1, {"refuse", "timeout_ms"});
        if (!is_step_) names.emplace_back("keep");
        const std::string near = did_you_mean(name, names);
        return refuse(DiagnosticCode::unknown_option, key.span,
                      fmt::format("a map of option \"{}\" has no part \"{}\"", option_.name, name),
                      near.empty() ? fmt::format("its parts are {}", fmt::join(names, ", ")) : near);
    }

    bool check_parts(const std::vector<std::string>& given, SourceSpan span) {
        const auto has = [&](std::string_view name) {
            return std::find(given.begin(), given.end(), name) != given.end();
        };
        if (!is_step_) {
            for (const std::string_view needed : {awaited_, std::string_view("send")}) {
                if (!has(needed))
                    return refuse(DiagnosticCode::missing_option, span,
                                  fmt::format("an answer of option \"{}\" lacks \"{}\"", option_.name, needed),
                                  fmt::format("for example: {} = {}", option_.name, option_.facts.example));
            }
            return true;
        }
        if (has("send") && given.size() > 1)
            return refuse(DiagnosticCode::option_conflict, span,
                          fmt::format("a step of option \"{}\" sends, or expects; not both", option_.name),
                          "make two steps of it: MAP {'expect': ...}, MAP {'send': ...}");
        if (!has("send") && !has(awaited_))
            return refuse(DiagnosticCode::missing_option, span,
                          fmt::format("a step of option \"{}\" neither sends nor expects anything", option_.name),
                          "it has 'send', or 'expect' with or without 'refuse' and 'timeout_ms'");
        return true;
    }

    bool read_conditions_of(const Value& part, MessageConditions& conditions) {
        std::optional<MessageConditions> read = read_conditions(option_, part, diagnostics_);
        if (!read) return false;
        bool good = true;
        const auto& written = std::get<Value::Object>(part.node).entries;
        for (std::size_t index = 0; index < read->size(); ++index)
            good = check_place((*read)[index], written[index]) && good;
        conditions = std::move(*read);
        return good;
    }

    /// Where it is no path, it is about the message as a whole.
    bool check_place(MessageCondition& condition, const Value::Entry& written) {
        if (is_path(condition.place)) return true;
        const std::string place = fold_case(condition.place);
        if (place != "message" && place != "data")
            return refuse(
                DiagnosticCode::option_not_allowed_value, written.key.span,
                fmt::format("option \"{}\": messages cannot be told apart by \"{}\"", option_.name, condition.place),
                fmt::format("a path begins with $: '$.{}'; 'message' is the whole text, 'data' the bytes",
                            condition.place));
        condition.place = place;
        for (ConditionValue& value : condition.values) {
            const bool is_text =
                value.kind == ConditionValue::Kind::text || value.kind == ConditionValue::Kind::text_start;
            if (!is_text)
                return refuse(DiagnosticCode::option_type_mismatch, written.value.span,
                              fmt::format("option \"{}\": \"{}\" is compared with texts", option_.name, place),
                              "a string in quotes, or STARTS_WITH('...')");
            if (place == "message") continue;
            if (!bytes_with_escapes(value.text))
                return refuse(DiagnosticCode::invalid_literal, written.value.span,
                              fmt::format("option \"{}\": these are not bytes", option_.name),
                              "\\xNN is a byte, \\x5C a backslash");
        }
        return true;
    }

    bool read_send(const Value& part, MessageRule& rule) {
        rule.send = OptionTextReader(option_, diagnostics_).read(part, {has_received_ || !is_step_});
        return rule.send.has_value();
    }

    bool read_keep(const Value& part, MessageRule& rule) {
        const auto* boolean = std::get_if<Value::Boolean>(&part.node);
        if (boolean == nullptr)
            return refuse(DiagnosticCode::option_type_mismatch, part.span,
                          fmt::format("option \"{}\": keep is true or false", option_.name),
                          "true: what is answered is for rows, too");
        rule.keep = boolean->value;
        return true;
    }

    bool read_timeout(const Value& part, MessageRule& rule) {
        std::optional<std::int64_t> count;
        if (const auto* number = std::get_if<Value::Number>(&part.node)) {
            std::int64_t whole = 0;
            const std::string& text = number->text;
            const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), whole);
            if (failure == std::errc() && end == text.data() + text.size()) count = whole;
        } else if (const auto* interval = std::get_if<Value::Interval>(&part.node)) {
            if (const auto length = parse_fixed_interval(interval->text, interval->unit))
                count = length->count() / 1000;
        }
        if (!count || *count < 1 || *count > longest_wait)
            return refuse(
                DiagnosticCode::option_out_of_range, part.span,
                fmt::format("option \"{}\": timeout_ms must be between 1 and {} ms", option_.name, longest_wait),
                "for example 'timeout_ms': 5000, or INTERVAL '5 seconds'");
        rule.timeout = std::chrono::milliseconds(*count);
        return true;
    }

    const OptionDeclaration& option_;
    const bool is_step_;
    const std::string_view awaited_;
    Diagnostics& diagnostics_;
    MessageRules rules_;
    bool has_received_ = false;  ///< A step before has a message.
};

}  // namespace

std::optional<MessageRules> read_message_rules(const OptionDeclaration& option, const Value& value,
                                               Diagnostics& diagnostics) {
    return RuleReader(option, diagnostics).read(value);
}

}  // namespace laminar
