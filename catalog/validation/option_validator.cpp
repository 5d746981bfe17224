#include "catalog/validation/option_validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "catalog/validation/option_value_reader.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

/// One option that is given and whose name is known.
struct GivenOption {
    const ast::Option* written = nullptr;
    const OptionDeclaration* declaration = nullptr;
    bool valid = false;  ///< Its value was read and is in the set.
};

std::optional<double> as_number(const OptionData& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* decimal = std::get_if<double>(&value)) return *decimal;
    return std::nullopt;
}

class OptionValidator {
public:
    OptionValidator(const OptionSchema& schema, SourceSpan subject_span, Diagnostics& diagnostics)
        : schema_(schema), subject_span_(subject_span), diagnostics_(diagnostics), set_(schema.make_defaults()) {}

    std::shared_ptr<const OptionSet> validate(const std::vector<ast::Option>& options) {
        const std::size_t errors_before = diagnostics_.error_count();
        read_values(options);
        // Which options a missing or wrong mode would allow is unknown, so names come after values.
        report_unknown(options);
        for (const GivenOption& given : given_) check_dependencies(given);
        check_references();
        report_missing();
        return diagnostics_.error_count() == errors_before ? set_ : nullptr;
    }

private:
    const GivenOption* find_given(std::string_view name) const {
        for (const GivenOption& given : given_) {
            if (given.declaration->name == name) return &given;
        }
        return nullptr;
    }

    void read_values(const std::vector<ast::Option>& options) {
        for (const ast::Option& option : options) {
            const OptionDeclaration* declaration = schema_.find(option.name.text);
            if (declaration == nullptr) continue;
            if (const GivenOption* first = find_given(declaration->name)) {
                report_duplicate(option, *first);
                continue;
            }
            GivenOption given{&option, declaration, false};
            const bool null = std::holds_alternative<ast::OptionValue::Null>(option.value.node);
            if (null && !declaration->facts.none_is_value) continue;
            if (const auto value = read_option_value(*declaration, option.value, diagnostics_)) {
                declaration->field.assign(*set_, *value);
                given.valid = true;
            }
            given_.push_back(given);
        }
    }

    void report_duplicate(const ast::Option& option, const GivenOption& first) {
        std::string where;
        if (diagnostics_.source())
            where = fmt::format(" (first in line {})",
                                diagnostics_.source()->position(first.written->name.span.begin).line);
        const bool by_alias = option.name.text != first.written->name.text && !first.declaration->facts.aliases.empty();
        diagnostics_.error(
            DiagnosticCode::duplicate_option, option.name.span,
            fmt::format("option \"{}\" is given twice{}", first.declaration->name, where),
            by_alias ? fmt::format("\"{}\" and \"{}\" are the same option", first.written->name.text, option.name.text)
                     : "remove one of them");
    }

    /// Whether the value of the option that a condition is about can be relied on.
    bool is_known(const OptionCondition& condition) const {
        const OptionDeclaration* option = schema_.find(condition.option);
        if (option == nullptr) return false;
        const GivenOption* given = find_given(option->name);
        return given != nullptr ? given->valid : !option->facts.required;
    }

    const OptionCondition* first_broken(const std::vector<OptionCondition>& conditions) const {
        for (const OptionCondition& condition : conditions) {
            if (is_known(condition) && !schema_.holds(condition, *set_)) return &condition;
        }
        return nullptr;
    }

    bool applies(const OptionDeclaration& option) const { return first_broken(option.facts.applies_when) == nullptr; }

    /// Like applies, but false where it cannot be known: nothing is demanded on a guess.
    bool surely_applies(const OptionDeclaration& option) const {
        return std::all_of(option.facts.applies_when.begin(), option.facts.applies_when.end(),
                           [this](const OptionCondition& condition) {
                               return is_known(condition) && schema_.holds(condition, *set_);
                           });
    }

    std::string current_text(const OptionCondition& condition) const {
        const OptionDeclaration* option = schema_.find(condition.option);
        return fmt::format("{} = {}", condition.option, option_data_to_sql(*option, option->field.read(*set_)));
    }

    void report_unknown(const std::vector<ast::Option>& options) {
        std::vector<std::string> candidates;
        for (const OptionDeclaration& option : schema_.options()) {
            if (applies(option)) candidates.emplace_back(option.name);
        }
        for (const ast::Option& option : options) {
            if (schema_.find(option.name.text) != nullptr) continue;
            meant_.push_back(suggest_name(option.name.text, candidates));
            diagnostics_.error(DiagnosticCode::unknown_option, option.name.span,
                               fmt::format("{} has no option \"{}\"", schema_.subject(), option.name.text),
                               candidates.empty() ? "it takes no options" : did_you_mean(option.name.text, candidates));
        }
    }

    void check_dependencies(const GivenOption& given) {
        const OptionFacts& facts = given.declaration->facts;
        if (const OptionCondition* broken = first_broken(facts.applies_when)) {
            std::string hint(facts.instead);
            if (hint.empty()) hint = fmt::format("remove it, or set {}", describe_condition(schema_, *broken));
            diagnostics_.error(
                DiagnosticCode::option_not_applicable, given.written->name.span,
                fmt::format("option \"{}\" does not apply with {}", given.declaration->name, current_text(*broken)),
                std::move(hint));
            return;
        }
        if (const OptionCondition* broken = first_broken(facts.effective_when)) {
            diagnostics_.warning(
                DiagnosticCode::option_not_applicable, given.written->name.span,
                fmt::format("option \"{}\" changes nothing with {}", given.declaration->name, current_text(*broken)),
                fmt::format("remove it, or set {}", describe_condition(schema_, *broken)));
        }
        if (!given.valid) return;
        for (const std::string_view needed : facts.needs) check_needed(given, needed);
        check_conditional_bounds(given);
        check_lower_bound(given);
    }

    void check_needed(const GivenOption& given, std::string_view needed) {
        if (find_given(needed) != nullptr) return;
        const OptionDeclaration* option = schema_.find(needed);
        diagnostics_.error(DiagnosticCode::missing_option, given.written->name.span,
                           fmt::format("option \"{}\" needs \"{}\" too", given.declaration->name, needed),
                           option != nullptr ? addition_hint(*option) : std::string());
    }

    static bool mentions(const OptionData& value, std::string_view reference) {
        if (const auto* text = std::get_if<std::string>(&value)) return text->find(reference) != std::string::npos;
        bool found = false;
        for_each_computed(
            value, [&](const std::string&, const ComputedText& text) { found = found || text.mentions(reference); });
        if (found) return true;
        const auto* list = std::get_if<std::vector<std::string>>(&value);
        return list != nullptr && std::any_of(list->begin(), list->end(), [&](const std::string& text) {
                   return text.find(reference) != std::string::npos;
               });
    }

    /// What refers to the value of an option needs that option.
    void check_references() {
        for (const OptionDeclaration& option : schema_.options()) {
            if (option.facts.fills.empty() || find_given(option.name) != nullptr) continue;
            for (const GivenOption& given : given_) {
                if (!given.valid || !mentions(given.declaration->field.read(*set_), option.facts.fills)) continue;
                diagnostics_.error(DiagnosticCode::missing_option, given.written->value.span,
                                   fmt::format("{} in option \"{}\" needs the option \"{}\"", option.facts.fills,
                                               given.declaration->name, option.name),
                                   addition_hint(option));
            }
        }
    }

    void check_conditional_bounds(const GivenOption& given) {
        const std::optional<double> number = as_number(given.declaration->field.read(*set_));
        if (!number) return;
        for (const ConditionalBounds& conditional : given.declaration->facts.bounds_when) {
            if (!is_known(conditional.when) || !schema_.holds(conditional.when, *set_)) continue;
            if (*number >= conditional.bounds.minimum && *number <= conditional.bounds.maximum) continue;
            diagnostics_.error(DiagnosticCode::option_out_of_range, given.written->value.span,
                               fmt::format("option \"{}\" must be {} with {}", given.declaration->name,
                                           describe_bounds_with_unit(*given.declaration, conditional.bounds.minimum,
                                                                     conditional.bounds.maximum),
                                           current_text(conditional.when)));
        }
    }

    void check_lower_bound(const GivenOption& given) {
        const std::string_view lower_name = given.declaration->facts.not_below;
        const GivenOption* lower = lower_name.empty() ? nullptr : find_given(lower_name);
        if (lower == nullptr || !lower->valid) return;
        const std::optional<double> number = as_number(given.declaration->field.read(*set_));
        const std::optional<double> bound = as_number(lower->declaration->field.read(*set_));
        if (!number || !bound || *number >= *bound) return;
        diagnostics_.error(
            DiagnosticCode::option_conflict, given.written->value.span,
            fmt::format("option \"{}\" must not be less than \"{}\"", given.declaration->name, lower_name),
            fmt::format("{} is {}", lower_name,
                        option_data_to_sql(*lower->declaration, lower->declaration->field.read(*set_))));
    }

    void report_missing() {
        for (const OptionDeclaration& option : schema_.options()) {
            if (!option.facts.required || find_given(option.name) != nullptr || !surely_applies(option)) continue;
            // Misspelled rather than missing: that has been said.
            if (std::find(meant_.begin(), meant_.end(), option.name) != meant_.end()) continue;
            std::string circumstance;
            for (const OptionCondition& condition : option.facts.applies_when)
                circumstance += fmt::format(" with {}", current_text(condition));
            diagnostics_.error(
                DiagnosticCode::missing_option, subject_span_,
                fmt::format("{} needs the option \"{}\"{}", schema_.subject(), option.name, circumstance),
                missing_hint(option));
        }
    }

    static std::string addition_hint(const OptionDeclaration& option) {
        if (option.facts.example.empty()) return fmt::format("add {} = ...", option.name);
        return fmt::format("add {} = {}", option.name, option.facts.example);
    }

    /// Where another given option tells which choice is meant, that one is proposed.
    std::string missing_hint(const OptionDeclaration& missing) const {
        for (const GivenOption& given : given_) {
            for (const OptionCondition& condition : given.declaration->facts.applies_when) {
                if (condition.option == missing.name && condition.values.size() == 1)
                    return fmt::format("add {}", describe_condition(schema_, condition));
            }
        }
        return addition_hint(missing);
    }

    const OptionSchema& schema_;
    SourceSpan subject_span_;
    Diagnostics& diagnostics_;
    std::shared_ptr<OptionSet> set_;
    std::vector<GivenOption> given_;
    std::vector<std::string> meant_;  ///< Options that unknown names are probably misspellings of; empty: of none.
};

}  // namespace

std::shared_ptr<const OptionSet> validate_option_set(const OptionSchema& schema, SourceSpan subject_span,
                                                     const std::vector<ast::Option>& options,
                                                     Diagnostics& diagnostics) {
    return OptionValidator(schema, subject_span, diagnostics).validate(options);
}

std::shared_ptr<const ConnectorOptions> validate_options(const OptionSchema& schema, SourceSpan subject_span,
                                                         const std::vector<ast::Option>& options,
                                                         Diagnostics& diagnostics) {
    return std::static_pointer_cast<const ConnectorOptions>(
        validate_option_set(schema, subject_span, options, diagnostics));
}

std::vector<IneffectiveOption> ineffective_options(const OptionSchema& schema,
                                                   const std::vector<ast::Option>& options) {
    std::vector<IneffectiveOption> result;
    for (const ast::Option& option : options) {
        const OptionDeclaration* declaration = schema.find(option.name.text);
        if (declaration == nullptr || std::holds_alternative<ast::OptionValue::Null>(option.value.node)) continue;
        if (!declaration->facts.available) {
            result.push_back({declaration->name, {}, option.name.span});
            continue;
        }
        if (declaration->facts.unavailable_values.empty()) continue;
        Diagnostics ignored;
        const std::optional<OptionData> value = read_option_value(*declaration, option.value, ignored);
        if (!value) continue;
        const std::string text = option_data_to_sql(*declaration, *value);
        for (const std::string_view unavailable : declaration->facts.unavailable_values) {
            if (text == unavailable || text == fmt::format("'{}'", unavailable))
                result.push_back({declaration->name, text, option.value.span});
        }
    }
    return result;
}

}  // namespace laminar
