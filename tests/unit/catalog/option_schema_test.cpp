#include "catalog/options/option_schema.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "binder_fixture.h"
#include "catalog/bind/connector_reference.h"
#include "catalog/bind/table_options.h"
#include "catalog/objects/session_settings.h"
#include "catalog/validation/option_validator.h"
#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/options.h"
#include "parser/read/parser.h"

namespace laminar::test {
namespace {

ast::Option parse_option(std::string_view name, std::string_view value) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const SourceText>(
        "option.sql", fmt::format("CREATE CONNECTION c TO x ({} = {})", name, value));
    ParsedScript script = parse_script(source, diagnostics);
    REQUIRE_MESSAGE(script.statements.size() == 1, std::string(name), " = ", std::string(value));
    return std::get<ast::CreateConnection>(script.statements.front().node).options.at(0);
}

/// The options that must stand beside one for it to be valid.
std::vector<ast::Option> companions(const OptionSchema& schema, const OptionDeclaration& option) {
    std::vector<ast::Option> result;
    const auto add = [&](std::string_view name, std::string_view value) {
        for (const ast::Option& other : result) {
            if (other.name.text == name) return;
        }
        if (name != option.name) result.push_back(parse_option(name, value));
    };
    const auto satisfy = [&](const std::vector<OptionCondition>& conditions) {
        for (const OptionCondition& condition : conditions) {
            const OptionDeclaration* other = schema.find(condition.option);
            const bool words = other->type == OptionType::choice;
            add(condition.option,
                words ? fmt::format("'{}'", condition.values.front()) : std::string(condition.values.front()));
        }
    };
    satisfy(option.facts.applies_when);
    satisfy(option.facts.effective_when);
    for (const std::string_view needed : option.facts.needs) {
        add(needed, schema.find(needed)->facts.example);
        for (const std::string_view more : schema.find(needed)->facts.needs)
            add(more, schema.find(more)->facts.example);
    }
    std::string mode = "'client'";
    for (const ast::Option& other : result) {
        if (other.name.text == "mode") mode = "'" + std::get<ast::OptionValue::String>(other.value.node).text + "'";
    }
    const auto is_met = [&](const OptionCondition& condition) {
        const std::string value = fmt::format("'{}'", condition.values.front());
        if (condition.option == "mode") return value == mode;
        return std::any_of(result.begin(), result.end(), [&](const ast::Option& other) {
            const auto* text = std::get_if<ast::OptionValue::String>(&other.value.node);
            return other.name.text == condition.option && text && fmt::format("'{}'", text->text) == value;
        });
    };
    for (const OptionDeclaration& other : schema.options()) {
        if (!other.facts.required) continue;
        if (other.name == "mode") add("mode", mode);
        const bool wanted = other.facts.applies_when.empty() || is_met(other.facts.applies_when.front());
        if (other.name != "mode" && wanted) add(other.name, other.facts.example);
    }
    return result;
}

std::vector<const OptionSchema*> all_schemas() {
    std::vector<const OptionSchema*> schemas{&table_option_schema(), &column_option_schema(), &pipeline_option_schema(),
                                             &session_setting_schema()};
    for (const ConnectorDescriptor& connector : builtin_connectors().all()) schemas.push_back(connector.options);
    return schemas;
}

bool has_texts(const OptionDeclaration& option) {
    return option.type == OptionType::text || option.type == OptionType::text_list ||
           option.type == OptionType::text_map;
}

TEST_CASE("every text of a connection may hold secrets") {
    std::size_t texts = 0;
    for (const ConnectorDescriptor& connector : builtin_connectors().all()) {
        for (const OptionDeclaration& option : connector.options->options()) {
            if (!has_texts(option)) continue;
            CAPTURE(std::string(option.name));
            ++texts;
            std::vector<ast::Option> options = companions(*connector.options, option);
            // A map is written with the key of its example.
            std::string value = "'${secret:value}'";
            if (option.type == OptionType::text_map)
                value = fmt::format("{}: '${{secret:value}}'}}",
                                    option.facts.example.substr(0, option.facts.example.find(':')));
            options.push_back(parse_option(option.name, value));
            Diagnostics diagnostics;
            const auto set = validate_option_set(*connector.options, {}, options, diagnostics);
            CHECK(diagnostics.all().empty());
            REQUIRE(set);
            CHECK(option_data_to_sql(option, option.field.read(*set)).find("${secret:value}") != std::string::npos);
        }
    }
    CHECK(texts > 20);
}

TEST_CASE("every option is declared in full and its example reaches its field") {
    for (const OptionSchema* schema : all_schemas()) {
        for (const OptionDeclaration& option : schema->options()) {
            CAPTURE(std::string(option.name));
            CHECK(option.facts.help.ends_with('.'));
            REQUIRE_FALSE(option.facts.example.empty());
            const bool explained =
                option.facts.required || !option.default_text.empty() || !option.facts.absent.empty();
            CHECK_MESSAGE(explained, "says neither its default nor what holds without it");
            CHECK(schema->find(option.name) == &option);

            std::vector<ast::Option> options = companions(*schema, option);
            options.push_back(parse_option(option.name, option.facts.example));
            Diagnostics diagnostics;
            const auto set = validate_option_set(*schema, {}, options, diagnostics);
            for (const Diagnostic& each : diagnostics.all()) FAIL_CHECK(each.message);
            REQUIRE(set);
            // What the field holds, written as SQL and read again, is what it holds.
            const OptionData value = option.field.read(*set);
            CHECK_FALSE(std::holds_alternative<std::monostate>(value));
            std::vector<ast::Option> again = companions(*schema, option);
            again.push_back(parse_option(option.name, option_data_to_sql(option, value)));
            const auto copy = validate_option_set(*schema, {}, again, diagnostics);
            REQUIRE(copy);
            CHECK(option.field.read(*copy) == value);
            // No two options share a field: setting this one changes no other, except those set beside it.
            for (const OptionDeclaration& other : schema->options()) {
                bool given = &other == &option;
                for (const ast::Option& each : options) given = given || other.is_named(each.name.text);
                if (!given) CHECK(other.field.read(*set) == other.field.read(*schema->make_defaults()));
            }
        }
    }
}

TEST_CASE("conditions and lower bounds name options that exist") {
    for (const OptionSchema* schema : all_schemas()) {
        for (const OptionDeclaration& option : schema->options()) {
            CAPTURE(std::string(option.name));
            const auto check = [&](const OptionCondition& condition) {
                const OptionDeclaration* other = schema->find(condition.option);
                REQUIRE(other != nullptr);
                for (const std::string_view value : condition.values) {
                    const bool listed =
                        std::find(other->choices.begin(), other->choices.end(), value) != other->choices.end();
                    CHECK((listed || (other->type == OptionType::boolean && (value == "true" || value == "false"))));
                }
            };
            for (const OptionCondition& condition : option.facts.applies_when) check(condition);
            for (const OptionCondition& condition : option.facts.effective_when) check(condition);
            for (const ConditionalBounds& bounds : option.facts.bounds_when) check(bounds.when);
            for (const std::string_view needed : option.facts.needs) CHECK(schema->find(needed) != nullptr);
            if (!option.facts.not_below.empty()) CHECK(schema->find(option.facts.not_below) != nullptr);
        }
    }
}

TEST_CASE("the defaults of the specification") {
    const OptionSchema& schema = *builtin_connectors().find("websocket")->options;
    const auto text = [&](std::string_view name) { return schema.find(name)->default_text; };
    CHECK(text("path") == "['/']");  // A list of one, which may be written as its element.
    CHECK(text("reconnect") == "true");
    CHECK(text("reconnect_interval_ms") == "5000");
    CHECK(text("max_reconnect_attempts") == "-1");
    CHECK(text("heartbeat_interval_s") == "30");
    CHECK(text("buffer_size") == "1000");
    CHECK(text("mode").empty());
    CHECK(text("format").empty());
    CHECK(text("endpoint").empty());
    CHECK(text("port").empty());
    CHECK(text("host") == "'127.0.0.1'");
    CHECK(table_option_schema().find("retention")->default_text == "INTERVAL '1 hour'");
}

TEST_CASE("values end up in the typed struct") {
    BinderFixture fixture;
    fixture.good(
        "CREATE CONNECTION c TO websocket (endpoint = ['wss://a.example.com', 'wss://b.example.com/x'], mode = CLIENT, "
        "format = 'JSON', "
        "headers = MAP {'X-API-Key': '${secret:k}', 'X-Number': 5}, reconnect_interval_ms = INTERVAL '2 seconds', "
        "heartbeat_interval_s = 10, subscribe_message = [JSON_OBJECT('op': 'sub', 'ids': [1, .5, NULL], 'deep': MAP "
        "{'a': true}), 'hello'], "
        "compression = 'zstd', compression_level = 19, on_error = 'retry', max_errors_per_minute = 10)");
    const auto& options = dynamic_cast<const WebSocketOptions&>(*fixture.object<ConnectionObject>("c").options);
    CHECK(options.mode == WebSocketMode::client);
    CHECK(options.format == MessageFormat::json);
    CHECK(options.endpoint == ComputedList{"wss://a.example.com", "wss://b.example.com/x"});
    CHECK(options.headers == ComputedMap{{"X-API-Key", "${secret:k}"}, {"X-Number", "5"}});
    CHECK(options.reconnect_interval == std::chrono::seconds(2));
    CHECK(options.heartbeat_interval == std::chrono::seconds(10));
    CHECK(options.subscribe_message == ComputedList{R"({"op":"sub","ids":[1,0.5,null],"deep":{"a":true}})", "hello"});
    CHECK(options.compression == WebSocketCompression::zstd);
    CHECK(options.compression_level == 19);
    CHECK(options.on_error == ErrorPolicy::retry);
    CHECK(options.max_errors_per_minute == 10);
    CHECK(options.reconnect);
}

TEST_CASE("NULL is the default, or no limit where that is a value") {
    BinderFixture fixture;
    fixture.good(
        "CREATE CONNECTION c TO websocket (mode = 'server', port = 0, format = 'json', buffer_size = NULL);"
        "CREATE TABLE t (a INT) WITH (connector = 'c', retention = NULL, retention_rows = NULL)");
    CHECK(dynamic_cast<const WebSocketOptions&>(*fixture.object<ConnectionObject>("c").options).buffer_size == 1000);
    CHECK_FALSE(fixture.object<TableObject>("t").options.retention);
    CHECK_FALSE(fixture.object<TableObject>("t").options.retention_rows);
}

TEST_CASE("docs/connectors.md is what the schemas say") {
    const std::string path = LAMINAR_SOURCE_DIR "/docs/connectors.md";
    const std::string expected = connector_reference_markdown(builtin_connectors());
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
    if (std::getenv("LAMINAR_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << expected;
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), "docs/connectors.md is missing; run catalog_tests with LAMINAR_UPDATE=1");
    std::stringstream content;
    content << file.rdbuf();
    CHECK_MESSAGE(content.str() == expected, "run catalog_tests with LAMINAR_UPDATE=1");
}

TEST_CASE("references name every option once") {
    const std::string markdown = connector_reference_markdown(builtin_connectors());
    const std::string json = connector_reference_json(builtin_connectors());
    for (const ConnectorDescriptor& connector : builtin_connectors().all()) {
        const std::string text = connector_reference_text(builtin_connectors(), connector.name);
        for (const OptionDeclaration& option : connector.options->options()) {
            CHECK(markdown.find(fmt::format("| `{}` |", option.name)) != std::string::npos);
            CHECK(json.find(fmt::format("\"name\":\"{}\"", option.name)) != std::string::npos);
            CHECK(text.find(fmt::format("\n  {}\n", option.name)) != std::string::npos);
        }
    }
    CHECK(connector_reference_text(builtin_connectors()).find("websocket") == 0);
}

struct LocalOptions : OptionSet {
    enum class Kind : std::uint8_t { now, later };
    std::string future;
    Kind kind = Kind::now;
};

TEST_CASE("options and values without an effect yet are known") {
    OptionSchemaOf<LocalOptions> schema("a test");
    schema.add("future", &LocalOptions::future, {.available = false})
        .add_choice("kind", &LocalOptions::kind,
                    {{"now", LocalOptions::Kind::now}, {"later", LocalOptions::Kind::later}},
                    {.unavailable_values = {"later"}});
    CHECK(ineffective_options(schema, {parse_option("future", "NULL"), parse_option("kind", "'now'")}).empty());
    const auto found = ineffective_options(schema, {parse_option("future", "'x'"), parse_option("kind", "'later'")});
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "future");
    CHECK(found[1].name == "kind");
    CHECK(found[1].value == "'later'");
}

}  // namespace
}  // namespace laminar::test
