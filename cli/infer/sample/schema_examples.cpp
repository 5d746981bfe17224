#include "cli/infer/sample/schema_examples.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cli/infer/sample/document_members.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_examples = 32;
constexpr std::size_t deepest = 10;
// Of one example: parts of schemas, and bytes that are written, at whatever depth.
constexpr std::size_t most_nodes = 20'000;
constexpr std::size_t most_bytes = 1U << 20U;

using Examples = std::vector<std::string>;

/// By name, in the order in which they are written.
class Properties {
public:
    /// What comes later takes the place of what has the same name.
    void set(const std::string& name, std::string_view schema) {
        const auto [place, is_new] = places_.emplace(name, all_.size());
        if (is_new)
            all_.emplace_back(name, schema);
        else
            all_[place->second].second = schema;
    }
    [[nodiscard]] const std::vector<std::pair<std::string, std::string_view>>& all() const noexcept { return all_; }

private:
    std::vector<std::pair<std::string, std::string_view>> all_;
    std::map<std::string, std::size_t> places_;
};

/// One use.
class ExampleMaker {
public:
    explicit ExampleMaker(DocumentReferences& references) : references_(references) {}

    /// At least one.
    Examples of(std::string_view schema, std::size_t depth) {
        schema = references_.dereferenced(schema);
        const bool is_within_itself = std::find(within_.begin(), within_.end(), schema.data()) != within_.end();
        if (depth > deepest || !schema.starts_with('{') || is_within_itself || is_used_up()) return {"{}"};
        ++nodes_;
        within_.push_back(schema.data());
        Examples examples = of_object(schema, depth);
        within_.pop_back();
        for (const std::string& example : examples) bytes_ += example.size();
        return examples;
    }

    [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    [[nodiscard]] bool is_used_up() const noexcept { return nodes_ >= most_nodes || bytes_ >= most_bytes; }

    Examples of_object(std::string_view schema, std::size_t depth) {
        if (const auto constant = member(schema, "const")) return {std::string(*constant)};
        if (const auto values = member(schema, "enum"); values && values->starts_with('[')) {
            // An empty one allows nothing, and tells nothing.
            if (Examples given = listed(*values); !given.empty()) return given;
        }
        Examples alternatives;
        for (const char* choice : {"oneOf", "anyOf"}) {
            if (const auto schemas = member(schema, choice); schemas && schemas->starts_with('[')) {
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
        if (positions && positions->starts_with('[')) {
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
        schema = references_.dereferenced(schema);
        if (depth > deepest || is_used_up()) return;
        ++nodes_;
        if (const auto parts = member(schema, "allOf"); parts && parts->starts_with('[')) {
            JsonElements each(*parts);
            while (const auto part = each.next()) collect(*part, properties, required, depth + 1);
        }
        std::string scratch;
        if (const auto own = member(schema, "properties"); own && own->starts_with('{')) {
            JsonMembers each(*own);
            while (const auto property = each.next()) {
                properties.set(std::string(json_string_content(property->quoted_key, scratch)), property->value);
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
        for (const auto& [name, property] : properties.all()) values.emplace_back(name, of(property, depth + 1));
        Examples examples{object(values, {}, 0, nullptr)};
        if (is_used_up()) return examples;
        std::size_t bytes = examples.front().size();
        for (const auto& [name, choices] : values) {
            for (std::size_t choice = 1; choice < choices.size() && examples.size() + 1 < most_examples; ++choice) {
                if (bytes_ + bytes >= most_bytes) return examples;
                bytes += examples.emplace_back(object(values, name, choice, nullptr)).size();
            }
        }
        if (required.size() < properties.all().size()) examples.push_back(object(values, {}, 0, &required));
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

    DocumentReferences& references_;
    std::vector<const char*> within_;  ///< Where the schemas begin that the one at hand is a part of.
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace

std::vector<std::string> SchemaExamples::of(std::string_view schema) {
    if (is_exhausted()) return {"{}"};
    ExampleMaker maker(references_);
    Examples examples = maker.of(schema, 0);
    nodes_ += maker.nodes();
    bytes_ += maker.bytes();
    return examples;
}

}  // namespace laminar
