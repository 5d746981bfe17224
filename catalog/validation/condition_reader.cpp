#include "catalog/validation/condition_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/options/json_path.h"
#include "catalog/options/option_json.h"
#include "catalog/options/secret_resolver.h"

namespace laminar {
namespace {

using Value = ast::OptionValue;

/// Every member reports what is wrong and returns nullopt, or false, then.
class ConditionReader {
public:
    ConditionReader(const OptionDeclaration& option, Diagnostics& diagnostics)
        : option_(option), diagnostics_(diagnostics) {}

    std::optional<MessageConditions> read(const Value& value) {
        const auto* object = std::get_if<Value::Object>(&value.node);
        if (object == nullptr) {
            report(DiagnosticCode::option_type_mismatch, value.span,
                   fmt::format("option \"{}\" must be a map, not {}", option_.name, describe_option_value(value)),
                   fmt::format("for example: {} = {}", option_.name, option_.facts.example));
            return std::nullopt;
        }
        if (object->entries.empty()) {
            report(DiagnosticCode::option_not_allowed_value, value.span,
                   fmt::format("option \"{}\" has no condition", option_.name),
                   "leave it out, and every message is taken");
            return std::nullopt;
        }
        MessageConditions conditions;
        bool good = true;
        for (const auto& [key, wanted] : object->entries) {
            MessageCondition condition;
            const bool has_place = read_place(key, condition.place) && is_new(conditions, condition.place, key);
            const bool has_values = read_values(wanted, condition);
            good = good && has_place && has_values;
            conditions.push_back(std::move(condition));
        }
        if (!good) return std::nullopt;
        return conditions;
    }

private:
    void report(DiagnosticCode code, SourceSpan span, std::string message, std::string hint) {
        diagnostics_.error(code, span, std::move(message), std::move(hint));
    }

    bool read_place(const Value& key, std::string& place) {
        const auto* text = std::get_if<Value::String>(&key.node);
        if (text == nullptr) {
            report(DiagnosticCode::option_type_mismatch, key.span,
                   fmt::format("option \"{}\": a key is a string, not {}", option_.name, describe_option_value(key)),
                   "a path such as '$.type', or the name of a metadata column");
            return false;
        }
        place = text->text;
        if (!is_path(place) || parse_json_place(place)) return true;
        report(DiagnosticCode::option_not_allowed_value, key.span,
               fmt::format("option \"{}\": \"{}\" is not a path to a JSON value", option_.name, place),
               "for example '$.type', '$.data.kind' or '$[2]'");
        return false;
    }

    bool is_new(const MessageConditions& before, const std::string& place, const Value& key) {
        const bool repeated = std::any_of(before.begin(), before.end(),
                                          [&](const MessageCondition& each) { return each.place == place; });
        if (!repeated) return true;
        report(DiagnosticCode::duplicate_option, key.span,
               fmt::format("option \"{}\" has the key \"{}\" twice", option_.name, place),
               fmt::format("list what it may be: '{}': ['a', 'b']", place));
        return false;
    }

    bool read_values(const Value& value, MessageCondition& condition) {
        if (std::holds_alternative<Value::Exists>(value.node)) return true;
        const auto* list = std::get_if<Value::List>(&value.node);
        if (list == nullptr) return read_value(value, condition);
        if (list->elements.empty()) {
            report(DiagnosticCode::option_not_allowed_value, value.span,
                   fmt::format("option \"{}\": the list of \"{}\" is empty, so no message would match", option_.name,
                               condition.place),
                   fmt::format("list what it may be, or write '{}': EXISTS for any value", condition.place));
            return false;
        }
        bool good = true;
        for (const Value& element : list->elements) good = read_value(element, condition) && good;
        return good;
    }

    bool read_value(const Value& value, MessageCondition& condition) {
        using Kind = ConditionValue::Kind;
        const auto add = [&](Kind kind, std::string text) {
            const bool is_text = kind == Kind::text || kind == Kind::text_start;
            if (is_text && !find_secret_references(text).empty()) {
                report(DiagnosticCode::option_not_allowed_value, value.span,
                       fmt::format("option \"{}\": \"{}\" is compared with constants: no secret is put in their place",
                                   option_.name, condition.place),
                       "compare with something that may be written here");
                return false;
            }
            condition.values.push_back({kind, std::move(text)});
            return true;
        };
        if (const auto* text = std::get_if<Value::String>(&value.node)) return add(Kind::text, text->text);
        if (const auto* start = std::get_if<Value::TextStart>(&value.node)) return add(Kind::text_start, start->text);
        if (std::holds_alternative<Value::Number>(value.node)) return add(Kind::number, option_value_to_json(value));
        if (std::holds_alternative<Value::Boolean>(value.node)) return add(Kind::boolean, option_value_to_json(value));
        if (std::holds_alternative<Value::Null>(value.node)) return add(Kind::null, "null");
        std::string hint = "a string, a number, true, false, NULL, STARTS_WITH('...') or a list of them; or EXISTS";
        if (std::holds_alternative<Value::Exists>(value.node))
            hint = fmt::format("EXISTS stands alone: '{}': EXISTS", condition.place);
        if (const auto* name = std::get_if<Value::Name>(&value.node); name != nullptr)
            hint = fmt::format("write '{}' in quotes", name->text);
        report(DiagnosticCode::option_type_mismatch, value.span,
               fmt::format("option \"{}\": \"{}\" is compared with values, not with {}", option_.name, condition.place,
                           describe_option_value(value)),
               std::move(hint));
        return false;
    }

    const OptionDeclaration& option_;
    Diagnostics& diagnostics_;
};

}  // namespace

std::optional<MessageConditions> read_conditions(const OptionDeclaration& option, const ast::OptionValue& value,
                                                 Diagnostics& diagnostics) {
    return ConditionReader(option, diagnostics).read(value);
}

}  // namespace laminar
