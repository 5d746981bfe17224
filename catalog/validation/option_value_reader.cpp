#include "catalog/validation/option_value_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "catalog/validation/condition_reader.h"
#include "catalog/validation/message_rule_reader.h"
#include "catalog/validation/option_text_reader.h"
#include "parser/text/ascii.h"
#include "parser/text/interval_text.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

using Value = ast::OptionValue;

std::string number_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e18) return std::to_string(static_cast<std::int64_t>(value));
    return fmt::format("{}", value);
}

bool is_digits(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<double> parse_number(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

/// Reads one value of one option; every member reports what is wrong and returns nullopt then.
class OptionValueReader {
public:
    OptionValueReader(const OptionDeclaration& option, Diagnostics& diagnostics)
        : option_(option), diagnostics_(diagnostics), texts_(option, diagnostics) {}

    std::optional<OptionData> read(const Value& value) {
        switch (option_.type) {
            case OptionType::text:
                return read_text(value);
            case OptionType::text_list:
                return read_list(value);
            case OptionType::text_map:
                return read_map(value);
            case OptionType::integer:
                return read_integer(value);
            case OptionType::decimal:
                return read_decimal(value);
            case OptionType::boolean:
                return read_boolean(value);
            case OptionType::duration:
                return read_duration(value);
            case OptionType::choice:
                return read_choice(value);
            case OptionType::conditions:
                return read_conditions(option_, value, diagnostics_);
            case OptionType::rules:
                return read_message_rules(option_, value, diagnostics_);
        }
        return std::nullopt;
    }

private:
    std::nullopt_t wrong_type(const Value& value, std::string_view wanted, std::string hint = {}) {
        report_wrong_type(option_, value, wanted, std::move(hint), diagnostics_);
        return std::nullopt;
    }

    std::optional<OptionData> read_text(const Value& value) {
        std::optional<ComputedText> text = texts_.read(value);
        if (!text) return std::nullopt;
        return option_.is_computed ? OptionData(std::move(*text)) : OptionData(text->text());
    }

    std::optional<OptionData> read_list(const Value& value) {
        const auto* list = std::get_if<Value::List>(&value.node);
        if (list == nullptr || (list->json && option_.facts.takes_json)) {
            std::optional<ComputedText> text = texts_.read(value);
            if (!text) return std::nullopt;
            return list_of({std::move(*text)});
        }
        if (list->elements.empty() && !is_about_codes(option_.facts.rule))
            return wrong_type(value, option_type_name(OptionType::text_list));
        ComputedList texts;
        bool good = true;
        for (const Value& element : list->elements) {
            std::optional<ComputedText> text = texts_.read(element);
            good = good && text;
            if (text) texts.push_back(std::move(*text));
        }
        if (!good) return std::nullopt;
        return list_of(std::move(texts));
    }

    [[nodiscard]] OptionData list_of(ComputedList texts) const {
        if (option_.is_computed) return texts;
        TextList constants;
        for (const ComputedText& text : texts) constants.push_back(text.text());
        return constants;
    }

    std::optional<OptionData> read_map(const Value& value) {
        const auto* object = std::get_if<Value::Object>(&value.node);
        if (object == nullptr) return wrong_type(value, "map");
        ComputedMap entries;
        bool good = true;
        for (const auto& [key, entry] : object->entries) {
            const std::string* key_text = text_of(key);
            if (key_text == nullptr) {
                good = false;
                wrong_type(key, "map with string keys");
                continue;
            }
            std::optional<ComputedText> text = texts_.read_entry(key, *key_text, entry);
            if (!text) {
                good = false;
                continue;
            }
            const bool repeated = std::any_of(entries.begin(), entries.end(), [&](const auto& other) {
                return equals_ignoring_case(other.first, *key_text);
            });
            if (repeated) {
                diagnostics_.error(DiagnosticCode::duplicate_option, key.span,
                                   fmt::format("option \"{}\" has the key \"{}\" twice", option_.name, *key_text));
                good = false;
                continue;
            }
            entries.emplace_back(*key_text, std::move(*text));
        }
        if (!good) return std::nullopt;
        if (option_.is_computed) return OptionData(std::move(entries));
        TextMap constants;
        for (const auto& [key, text] : entries) constants.emplace_back(key, text.text());
        return OptionData(std::move(constants));
    }

    /// True when within bounds. written is the number as the user gave it.
    bool check_bounds(const Value& value, double number, std::string_view written) {
        const OptionFacts& facts = option_.facts;
        const bool low = facts.minimum && number < *facts.minimum;
        const bool high = facts.maximum && number > *facts.maximum;
        if (!low && !high) return true;
        diagnostics_.error(DiagnosticCode::option_out_of_range, value.span,
                           fmt::format("option \"{}\" must be {}, not {}", option_.name,
                                       describe_bounds_with_unit(option_, facts.minimum, facts.maximum), written));
        return false;
    }

    std::optional<OptionData> read_integer(const Value& value) {
        const auto* number = std::get_if<Value::Number>(&value.node);
        if (number == nullptr) return wrong_type(value, "integer", unquoted_number_hint(value));
        return integer_from(value, number->text);
    }

    std::string unquoted_number_hint(const Value& value) const {
        const std::string* text = text_of(value);
        if (text != nullptr && parse_number(*text))
            return fmt::format("write {} = {}, without quotes", option_.name, *text);
        return {};
    }

    std::optional<OptionData> integer_from(const Value& value, std::string_view text) {
        if (!is_digits(text)) {
            const std::optional<double> number = parse_number(text);
            std::string hint;
            if (number && *number == std::floor(*number) && std::abs(*number) < 1e15)
                hint = fmt::format("write {} = {}", option_.name, number_text(*number));
            return wrong_type(value, "integer", std::move(hint));
        }
        std::string_view digits = text;
        if (digits.front() == '+') digits.remove_prefix(1);
        std::int64_t number = 0;
        const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (failure != std::errc()) {
            const bool within = check_bounds(value, digits.front() == '-' ? -1e19 : 1e19, text);
            if (within)
                diagnostics_.error(DiagnosticCode::option_out_of_range, value.span,
                                   fmt::format("option \"{}\" does not fit into 64 bits", option_.name));
            return std::nullopt;
        }
        if (!check_bounds(value, static_cast<double>(number), text)) return std::nullopt;
        return OptionData(number);
    }

    std::optional<OptionData> read_decimal(const Value& value) {
        const auto* number = std::get_if<Value::Number>(&value.node);
        if (number == nullptr) return wrong_type(value, "number", unquoted_number_hint(value));
        const std::optional<double> parsed = parse_number(number->text);
        if (!parsed) return wrong_type(value, "number");
        if (!check_bounds(value, *parsed, number->text)) return std::nullopt;
        return OptionData(*parsed);
    }

    std::optional<OptionData> read_boolean(const Value& value) {
        if (const auto* boolean = std::get_if<Value::Boolean>(&value.node)) return OptionData(boolean->value);
        std::string hint;
        if (const std::string* text = text_of(value)) {
            for (const std::string_view yes : {"true", "yes", "on", "1", "enabled"}) {
                if (equals_ignoring_case(*text, yes))
                    hint = fmt::format("write {} = true, without quotes", option_.name);
            }
            for (const std::string_view no : {"false", "no", "off", "0", "disabled"}) {
                if (equals_ignoring_case(*text, no))
                    hint = fmt::format("write {} = false, without quotes", option_.name);
            }
        }
        if (const auto* number = std::get_if<Value::Number>(&value.node)) {
            if (number->text == "1") hint = fmt::format("write {} = true", option_.name);
            if (number->text == "0") hint = fmt::format("write {} = false", option_.name);
        }
        return wrong_type(value, "boolean", std::move(hint));
    }

    std::optional<OptionData> read_duration(const Value& value) {
        const std::string_view unit = option_.facts.unit;
        const auto* interval = std::get_if<Value::Interval>(&value.node);
        const auto* number = std::get_if<Value::Number>(&value.node);
        if (number != nullptr && !unit.empty()) return integer_from(value, number->text);
        const std::string_view wanted = unit.empty() ? "interval" : "integer or interval";
        if (interval == nullptr) return wrong_type(value, wanted, interval_hint(value));
        const auto length = parse_fixed_interval(interval->text, interval->unit);
        if (!length) {
            diagnostics_.error(DiagnosticCode::invalid_literal, value.span,
                               fmt::format("option \"{}\" needs an interval of fixed length", option_.name),
                               "for example INTERVAL '30 days' or INTERVAL '1 hour 30 minutes'");
            return std::nullopt;
        }
        if (length->count() % option_.unit_microseconds != 0) {
            diagnostics_.error(DiagnosticCode::option_out_of_range, value.span,
                               fmt::format("option \"{}\" must be a whole number of {}", option_.name, unit));
            return std::nullopt;
        }
        const std::int64_t count = length->count() / option_.unit_microseconds;
        if (!check_bounds(value, static_cast<double>(count), fmt::format("{}", interval_text(*length))))
            return std::nullopt;
        return OptionData(count);
    }

    std::string interval_hint(const Value& value) const {
        if (!option_.facts.unit.empty()) return unquoted_number_hint(value);
        const std::string* text = text_of(value);
        if (text != nullptr && parse_fixed_interval(*text))
            return fmt::format("write {} = INTERVAL '{}'", option_.name, *text);
        if (const auto* number = std::get_if<Value::Number>(&value.node))
            return fmt::format("write {} = INTERVAL '{} seconds', or another unit", option_.name, number->text);
        return {};
    }

    std::optional<OptionData> read_choice(const Value& value) {
        const std::string* text = text_of(value);
        if (text == nullptr) return wrong_type(value, "string");
        for (const std::string_view choice : option_.choices) {
            if (equals_ignoring_case(*text, choice)) return OptionData(std::string(choice));
        }
        std::vector<std::string> candidates(option_.choices.begin(), option_.choices.end());
        std::string list;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if (i > 0) list += i + 1 == candidates.size() ? " or " : ", ";
            list += fmt::format("'{}'", candidates[i]);
        }
        diagnostics_.error(DiagnosticCode::option_not_allowed_value, value.span,
                           fmt::format("option \"{}\" must be {}, not '{}'", option_.name, list, *text),
                           did_you_mean(*text, candidates));
        return std::nullopt;
    }

    const OptionDeclaration& option_;
    Diagnostics& diagnostics_;
    OptionTextReader texts_;
};

}  // namespace

std::optional<OptionData> read_option_value(const OptionDeclaration& option, const ast::OptionValue& value,
                                            Diagnostics& diagnostics) {
    if (std::holds_alternative<Value::Null>(value.node)) return OptionData(std::monostate{});
    return OptionValueReader(option, diagnostics).read(value);
}

std::string describe_bounds(const OptionDeclaration& option, std::optional<double> minimum,
                            std::optional<double> maximum) {
    const bool is_interval = option.type == OptionType::duration && option.facts.unit.empty();
    const auto text = [&](double bound) {
        if (!is_interval) return number_text(bound);
        return interval_text(std::chrono::microseconds(static_cast<std::int64_t>(bound) * option.unit_microseconds));
    };
    if (minimum && maximum) return fmt::format("between {} and {}", text(*minimum), text(*maximum));
    if (minimum) return fmt::format("at least {}", text(*minimum));
    if (maximum) return fmt::format("at most {}", text(*maximum));
    return {};
}

std::string describe_bounds_with_unit(const OptionDeclaration& option, std::optional<double> minimum,
                                      std::optional<double> maximum) {
    const std::string_view unit = option.facts.unit;
    return describe_bounds(option, minimum, maximum) + (unit.empty() ? std::string() : fmt::format(" {}", unit));
}

}  // namespace laminar
