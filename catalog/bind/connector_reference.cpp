#include "catalog/bind/connector_reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/table_options.h"
#include "catalog/objects/metadata_column.h"
#include "catalog/validation/option_value_reader.h"
#include "parser/text/json_writer.h"

namespace laminar {
namespace {

std::string join_conditions(const OptionSchema& schema, const std::vector<OptionCondition>& conditions) {
    std::string text;
    for (const OptionCondition& condition : conditions)
        text += (text.empty() ? "" : " and ") + describe_condition(schema, condition);
    return text;
}

std::string describe_allowed(const OptionSchema& schema, const OptionDeclaration& option) {
    const OptionFacts& facts = option.facts;
    std::string text;
    for (const std::string_view choice : option.choices)
        text += fmt::format("{}'{}'", text.empty() ? "" : ", ", choice);
    if (text.empty()) text = describe_bounds(option, facts.minimum, facts.maximum);
    for (const ConditionalBounds& conditional : facts.bounds_when)
        text +=
            fmt::format("; {} with {}", describe_bounds(option, conditional.bounds.minimum, conditional.bounds.maximum),
                        describe_condition(schema, conditional.when));
    return text;
}

std::string describe_type(const OptionDeclaration& option) {
    const OptionFacts& facts = option.facts;
    std::string text(option_type_name(option.type));
    if (option.type == OptionType::duration && !facts.unit.empty()) text = "integer or interval";
    if (option.type == OptionType::text || option.type == OptionType::text_list) {
        std::vector<std::string_view> kinds{"string"};
        if (facts.takes_json) kinds.push_back("JSON");
        if (option.is_computed) kinds.push_back("expression");
        const bool is_list = option.type == OptionType::text_list;
        if (is_list) kinds.push_back(kinds.size() > 1 ? "list of them" : "list of strings");
        text = kinds.front();
        for (std::size_t index = 1; index < kinds.size(); ++index)
            text += fmt::format("{}{}", index + 1 == kinds.size() ? " or " : ", ", kinds[index]);
    }
    if (option.type == OptionType::text_map && option.is_computed) text = "map of strings or expressions";
    if (is_about_codes(facts.rule)) text = "integer, range or list of them";
    if (!facts.unit.empty()) text += fmt::format(" ({})", facts.unit);
    return text;
}

std::vector<const ConnectorDescriptor*> selected(const ConnectorRegistry& registry, std::string_view name) {
    std::vector<const ConnectorDescriptor*> result;
    for (const ConnectorDescriptor& descriptor : registry.all()) {
        if (name.empty() || registry.find(name) == &descriptor) result.push_back(&descriptor);
    }
    return result;
}

std::string_view direction(const ConnectorDescriptor& descriptor) {
    if (descriptor.is_source && descriptor.is_sink)
        return descriptor.role_option.empty() ? "source and sink" : "source or sink";
    return descriptor.is_source ? "source" : "sink";
}

// Text.

std::string indented_facts(const OptionReference& option) {
    std::string text;
    const auto line = [&](std::string_view what, std::string_view value) {
        if (!value.empty()) text += fmt::format("      {:<9} {}\n", what, value);
    };
    line("type", option.type);
    line("required", option.required);
    line("default", option.default_value);
    line("allowed", option.allowed);
    line("applies", option.applies);
    line("example", option.example);
    if (option.secret) line("secret", "never shown");
    if (!option.available) line("note", "accepted, without effect in this version");
    if (!option.unavailable.empty()) line("note", option.unavailable + " without effect in this version");
    return text;
}

// JSON.

void write_json(JsonWriter& json, const OptionReference& option) {
    json.new_line().begin_object();
    json.key("name").text(option.name).key("type").text(option.type);
    json.key("required").text_or_null(option.required);
    json.key("default").text_or_null(option.default_value);
    json.key("allowed").text_or_null(option.allowed);
    json.key("applies").text_or_null(option.applies);
    json.key("help").text(option.help);
    json.key("example").text_or_null(option.example);
    json.key("secret").boolean(option.secret);
    json.key("available").boolean(option.available);
    json.key("unavailable").text_or_null(option.unavailable);
    json.end_object();
}

void write_json(JsonWriter& json, const ConnectorDescriptor& descriptor) {
    json.begin_object();
    json.key("name").text(descriptor.name).key("help").text(descriptor.help);
    json.key("source").boolean(descriptor.is_source).key("sink").boolean(descriptor.is_sink);
    json.key("columns").begin_array();
    for (const ConnectorDescriptor::Column& column : descriptor.fixed_columns)
        json.begin_object().key("name").text(column.name).key("type").text(to_sql(column.type)).end_object();
    json.end_array();
    json.key("options").begin_array();
    for (const OptionReference& option : describe_options(*descriptor.options)) write_json(json, option);
    json.end_array().end_object();
}

// Markdown.

/// Text for a table cell: a bar would end it.
std::string cell(std::string_view text) {
    std::string result;
    for (const char character : text) {
        if (character == '|') result += '\\';
        result += character;
    }
    return result;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : fmt::format("`{}`", cell(text)); }

std::string options_markdown(const OptionSchema& schema) {
    if (schema.options().empty()) return "It takes no options.\n";
    std::string text = "| Option | Type | Default | What it does |\n|---|---|---|---|\n";
    for (const OptionDeclaration& declaration : schema.options()) {
        const OptionReference option = describe_option(schema, declaration);
        std::string help = cell(option.help);
        if (!option.allowed.empty()) help += fmt::format(" Allowed: {}.", cell(option.allowed));
        if (!option.applies.empty()) help += fmt::format(" With {}.", code(option.applies));
        if (!declaration.facts.placeholders.empty())
            help += fmt::format(" Replaces {}.", list_placeholders(declaration.facts.placeholders));
        if (option.secret) help += " Never shown.";
        if (!option.available) help += " *Accepted, but without effect in this version.*";
        if (!option.unavailable.empty())
            help += fmt::format(" *{} without effect in this version.*", option.unavailable);
        for (const std::string_view alias : declaration.facts.aliases)
            help += fmt::format(" Also written {}.", code(alias));
        help += fmt::format(" Example: {}", code(option.example));
        std::string default_text =
            declaration.default_text.empty() ? cell(option.default_value) : code(option.default_value);
        if (!option.required.empty())
            default_text = option.required == "always" ? "**required**"
                                                       : fmt::format("**required** with {}", code(option.required));
        text += fmt::format("| {} | {} | {} | {} |\n", code(option.name), cell(option.type), default_text, help);
    }
    return text;
}

std::string connector_markdown(const ConnectorDescriptor& descriptor) {
    std::string text = fmt::format("## {}\n\n{} ({})\n\n", descriptor.name, descriptor.help, direction(descriptor));
    if (!descriptor.fixed_columns.empty()) {
        text += "Columns:";
        for (const ConnectorDescriptor::Column& column : descriptor.fixed_columns)
            text += fmt::format("{} `{} {}`", &column == descriptor.fixed_columns.data() ? "" : ",", column.name,
                                to_sql(column.type));
        text += ".\n\n";
    }
    return text + options_markdown(*descriptor.options);
}

std::string tables_markdown(const ConnectorRegistry& registry) {
    std::string text = "## Options of tables\n\n`CREATE TABLE name (columns) WITH (option = value, ...)`\n\n";
    text += options_markdown(table_option_schema());
    text += "\n## Options of columns\n\n`CREATE TABLE name (column TYPE WITH (option = value), ...)`\n\n";
    text += options_markdown(column_option_schema());
    text += "\n## Options of pipelines\n\n`CREATE PIPELINE name WITH (option = value, ...) AS query`\n\n";
    text += options_markdown(pipeline_option_schema());
    text +=
        "\n## Metadata columns\n\nEvery row of a stream has these, usable by name, left out of `*` unless "
        "`include_metadata = true`. A declared column of the same name wins; it is filled from the metadata when the "
        "message has no such field.\n\n| Column | Type | What it is |\n|---|---|---|\n";
    for (const MetadataField column : registry.metadata_columns())
        text += fmt::format("| `{}` | {} | {} |\n", column->name, to_sql(column->type), cell(column->help));
    return text;
}

}  // namespace

OptionReference describe_option(const OptionSchema& schema, const OptionDeclaration& option) {
    const OptionFacts& facts = option.facts;
    OptionReference result;
    result.name = std::string(option.name);
    result.type = describe_type(option);
    result.applies = join_conditions(schema, facts.applies_when);
    if (facts.required) result.required = facts.applies_when.empty() ? "always" : result.applies;
    result.default_value = option.default_text.empty() ? std::string(facts.absent) : option.default_text;
    result.allowed = describe_allowed(schema, option);
    result.help = std::string(facts.help);
    if (!facts.example.empty()) result.example = fmt::format("{} = {}", option.name, facts.example);
    result.secret = facts.secret;
    result.available = facts.available;
    for (const std::string_view value : facts.unavailable_values) {
        const std::string_view quote = option.type == OptionType::boolean ? "" : "'";
        result.unavailable += fmt::format("{}{}{}{}", result.unavailable.empty() ? "" : ", ", quote, value, quote);
    }
    return result;
}

std::vector<OptionReference> describe_options(const OptionSchema& schema) {
    std::vector<OptionReference> result;
    for (const OptionDeclaration& option : schema.options()) result.push_back(describe_option(schema, option));
    return result;
}

std::string connector_reference_text(const ConnectorRegistry& registry, std::string_view name) {
    std::string text;
    if (name.empty()) {
        for (const ConnectorDescriptor& descriptor : registry.all())
            text += fmt::format("{:<10} {:<16} {}\n", descriptor.name, direction(descriptor), descriptor.help);
        return text;
    }
    for (const ConnectorDescriptor* descriptor : selected(registry, name)) {
        text += fmt::format("{} ({})\n  {}\n", descriptor->name, direction(*descriptor), descriptor->help);
        for (const ConnectorDescriptor::Column& column : descriptor->fixed_columns)
            text += fmt::format("  column {} {}\n", column.name, to_sql(column.type));
        for (const OptionReference& option : describe_options(*descriptor->options))
            text += fmt::format("\n  {}\n      {}\n{}", option.name, option.help, indented_facts(option));
    }
    return text;
}

std::string connector_reference_json(const ConnectorRegistry& registry, std::string_view name) {
    JsonWriter json;
    if (!name.empty()) {
        const ConnectorDescriptor* descriptor = registry.find(name);
        if (descriptor == nullptr) return {};
        write_json(json, *descriptor);
        return json.take() + "\n";
    }
    json.begin_array();
    for (const ConnectorDescriptor& descriptor : registry.all()) write_json(json.new_line(), descriptor);
    json.end_array();
    return json.take() + "\n";
}

std::string connector_reference_markdown(const ConnectorRegistry& registry, std::string_view name) {
    std::string text;
    if (name.empty())
        text =
            "# Connectors\n\n<!-- Generated from the option schemas (laminar connectors --format markdown); do not "
            "edit. -->\n\n"
            "`CREATE CONNECTION name TO connector (option = value, ...)`\n\n"
            "Every string may hold `${secret:name}`; any other `${...}` is an error where the option does not replace "
            "it. Durations take a number of their unit or an `INTERVAL`. "
            "`NULL` stands for the default.\n\n";
    bool first = true;
    for (const ConnectorDescriptor* descriptor : selected(registry, name)) {
        text += (first ? "" : "\n") + connector_markdown(*descriptor);
        first = false;
    }
    if (name.empty()) text += "\n" + tables_markdown(registry);
    return text;
}

}  // namespace laminar
