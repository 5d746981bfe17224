#include "cli/infer/sample/schema_examples.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "catalog/options/url.h"
#include "cli/infer/sample/document_members.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_examples = 32;
constexpr std::size_t deepest = 10;
constexpr std::size_t most_references = 32;  ///< One after the other: more are a circle.

using Examples = std::vector<std::string>;

/// By name, in the order in which they are written.
using Properties = std::vector<std::pair<std::string, std::string_view>>;

class ExampleMaker {
public:
    explicit ExampleMaker(std::string_view document) : document_(document) {}

    Examples of(std::string_view schema, std::size_t depth) {
        schema = dereferenced(document_, schema);
        if (depth > deepest || !schema.starts_with('{')) return {"{}"};
        if (const auto constant = member(schema, "const")) return {std::string(*constant)};
        if (const auto values = member(schema, "enum"); values && values->starts_with('[')) return listed(*values);
        Examples alternatives;
        for (const char* choice : {"oneOf", "anyOf"}) {
            if (const auto schemas = member(schema, choice)) {
                JsonElements each(*schemas);
                while (const auto one = each.next()) add(alternatives, of(*one, depth + 1));
            }
        }
        if (!alternatives.empty()) return alternatives;
        if (const auto examples = member(schema, "examples"); examples && examples->starts_with('[')) {
            Examples given = listed(*examples);
            if (!given.empty() && !given.front().starts_with('{')) return given;
        }
        return by_type(schema, depth);
    }

private:
    static Examples listed(std::string_view array) {
        Examples values;
        JsonElements each(array);
        while (const auto value = each.next()) {
            if (values.size() < most_examples) values.emplace_back(*value);
        }
        return values;
    }

    static void add(Examples& target, Examples more) {
        for (std::string& example : more) {
            if (target.size() < most_examples) target.push_back(std::move(example));
        }
    }

    /// A type, or the first of several that is not null; what there is where none is said.
    static std::string type_of(std::string_view schema) {
        const auto type = member(schema, "type");
        if (type && type->starts_with('"')) return json_value_text(*type);
        if (type && type->starts_with('[')) {
            JsonElements each(*type);
            while (const auto one = each.next())
                if (*one != "\"null\"") return json_value_text(*one);
        }
        if (member(schema, "properties") || member(schema, "allOf")) return "object";
        if (member(schema, "items")) return "array";
        return "object";
    }

    Examples by_type(std::string_view schema, std::size_t depth) {
        const std::string type = type_of(schema);
        if (type == "boolean") return {"true", "false"};
        if (type == "null") return {"null"};
        if (type == "integer") return {integer_example(schema)};
        if (type == "number") return {"1.5"};
        if (type == "string") return {text_example(schema)};
        if (type == "array") return {array_example(schema, depth)};
        return object_examples(schema, depth);
    }

    /// Times are told by what is written about them.
    static std::string integer_example(std::string_view schema) {
        const std::string about = fold_case(text_member(schema, "format") + " " + text_member(schema, "description"));
        const auto says = [&](std::string_view word) { return about.find(word) != std::string::npos; };
        const bool is_time = says("epoch") || says("unix") || says("timestamp");
        if (is_time && says("nanosecond")) return "1767225600000000000";
        if (is_time && says("microsecond")) return "1767225600000000";
        if (is_time && says("millisecond")) return "1767225600000";
        return is_time && says("second") ? "1767225600" : "1";
    }

    static std::string text_example(std::string_view schema) {
        const std::string format = text_member(schema, "format");
        if (format == "date-time") return "\"2026-01-01T00:00:00Z\"";
        if (format == "date") return "\"2026-01-01\"";
        if (format == "decimal") return "\"1.5\"";
        return "\"text\"";
    }

    std::string array_example(std::string_view schema, std::size_t depth) {
        auto positions = member(schema, "prefixItems");
        const auto items = member(schema, "items");
        if (!positions && items && items->starts_with('[')) positions = items;
        std::string array = "[";
        if (positions) {
            JsonElements each(*positions);
            while (const auto one = each.next()) append_element(array, of(*one, depth + 1).front());
        } else if (items) {
            const Examples elements = of(*items, depth + 1);
            append_element(array, elements.front());
            append_element(array, elements.back());
        }
        return array + "]";
    }

    static void append_element(std::string& array, const std::string& value) {
        if (array.size() > 1) array += ',';
        array += value;
    }

    void collect(std::string_view schema, Properties& properties, std::set<std::string>& required, std::size_t depth) {
        schema = dereferenced(document_, schema);
        if (depth > deepest) return;
        if (const auto parts = member(schema, "allOf"); parts && parts->starts_with('[')) {
            JsonElements each(*parts);
            while (const auto part = each.next()) collect(*part, properties, required, depth + 1);
        }
        std::string scratch;
        if (const auto own = member(schema, "properties"); own && own->starts_with('{')) {
            JsonMembers each(*own);
            while (const auto property = each.next()) {
                const std::string name(json_string_content(property->quoted_key, scratch));
                const auto known = std::find_if(properties.begin(), properties.end(),
                                                [&](const auto& other) { return other.first == name; });
                if (known == properties.end())
                    properties.emplace_back(name, property->value);
                else
                    known->second = property->value;
            }
        }
        if (const auto names = member(schema, "required"); names && names->starts_with('[')) {
            JsonElements each(*names);
            while (const auto name = each.next()) required.insert(json_value_text(*name));
        }
    }

    Examples object_examples(std::string_view schema, std::size_t depth) {
        Properties properties;
        std::set<std::string> required;
        collect(schema, properties, required, depth);
        std::vector<std::pair<std::string, Examples>> values;
        for (const auto& [name, property] : properties) values.emplace_back(name, of(property, depth + 1));
        Examples examples{object(values, {}, 0, nullptr)};
        for (const auto& [name, choices] : values) {
            for (std::size_t choice = 1; choice < choices.size() && examples.size() + 1 < most_examples; ++choice)
                examples.push_back(object(values, name, choice, nullptr));
        }
        if (required.size() < properties.size()) examples.push_back(object(values, {}, 0, &required));
        return examples;
    }

    static std::string object(const std::vector<std::pair<std::string, Examples>>& values, const std::string& varied,
                              std::size_t choice, const std::set<std::string>* required) {
        std::string text = "{";
        for (const auto& [name, choices] : values) {
            if (required && !required->contains(name)) continue;
            if (text.size() > 1) text += ',';
            append_json_quoted(text, name);
            text += ':' + choices[name == varied ? choice : 0];
        }
        return text + "}";
    }

    const std::string_view document_;
};

}  // namespace

std::string_view resolve_reference(std::string_view document, std::string_view pointer) {
    if (!pointer.starts_with("#/")) return {};
    std::vector<std::string> steps;
    pointer.remove_prefix(2);
    while (true) {
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        std::string step = percent_decoded(pointer.substr(0, end));
        for (const auto& [escape, plain] : {std::pair<std::string_view, char>{"~1", '/'}, {"~0", '~'}}) {
            for (std::size_t at = step.find(escape); at != std::string::npos; at = step.find(escape, at + 1))
                step.replace(at, 2, 1, plain);
        }
        steps.push_back(std::move(step));
        if (end == pointer.size()) break;
        pointer.remove_prefix(end + 1);
    }
    std::string_view value = document;
    for (const std::string& step : steps) {
        const bool is_container = value.starts_with('{') || value.starts_with('[');
        const auto next = is_container ? find_json_value(value, {step}) : std::nullopt;
        if (!next) return {};
        value = *next;
    }
    return value;
}

std::string_view dereferenced(std::string_view document, std::string_view value) {
    for (std::size_t count = 0; count < most_references; ++count) {
        const std::string pointer = text_member(value, "$ref");
        if (pointer.empty()) return value;
        value = resolve_reference(document, pointer);
    }
    return {};
}

std::vector<std::string> schema_examples(std::string_view document, std::string_view schema) {
    return ExampleMaker(document).of(schema, 0);
}

}  // namespace laminar
