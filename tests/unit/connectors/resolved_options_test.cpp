#include "connectors/delivery/resolved_options.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "connectors/registry/builtin_connectors.h"
#include "connectors/websocket/options/option_schema.h"
#include "connectors/websocket/options/options.h"

namespace laminar::test {
namespace {

/// A folder of secrets, gone at the end.
class Secrets {
public:
    Secrets() : folder_(std::filesystem::temp_directory_path() / fmt::format("laminar-secrets-{}", getpid())) {
        std::filesystem::create_directories(folder_);
        sources_.secrets_dir = folder_;
    }
    ~Secrets() { std::filesystem::remove_all(folder_); }

    void set(const std::string& name, std::string_view value) const {
        std::ofstream(folder_ / name, std::ios::binary) << value;
    }
    [[nodiscard]] SecretResolver resolver() const { return SecretResolver(sources_); }

private:
    std::filesystem::path folder_;
    SecretResolver::Sources sources_;
};

/// A text that every rule but its own may refuse.
std::string_view good_text(TextRule rule) {
    switch (rule) {
        case TextRule::websocket_url:
            return "ws://127.0.0.1:1/feed";
        case TextRule::proxy_url:
            return "http://127.0.0.1:2";
        case TextRule::request_path:
            return "/feed";
        case TextRule::json_path:
            return "$.a.b";
        case TextRule::credentials:
            return "user:password";
        case TextRule::origin:
            return "https://example.com";
        case TextRule::close_codes:
            return "1008";
        case TextRule::http_statuses:
            return "401";
        case TextRule::separator:
            return "\x1e";
        default:
            return "value";
    }
}

OptionData data_of(const OptionDeclaration& option, const std::string& text) {
    const std::string key = option.facts.rule == TextRule::json_path ? "$.type" : "X-Key";
    if (option.is_computed && option.type == OptionType::text_list) return ComputedList{text};
    if (option.is_computed && option.type == OptionType::text_map) return ComputedMap{{key, text}};
    if (option.is_computed) return ComputedText(text);
    if (option.type == OptionType::text_list) return TextList{text};
    if (option.type == OptionType::text_map) return TextMap{{key, text}};
    return text;
}

TEST_CASE("secrets are put into every text of every connector") {
    const Secrets secrets;
    for (const ConnectorDescriptor& connector : builtin_connectors().all()) {
        for (const OptionDeclaration& option : connector.options->options()) {
            const bool has_texts = option.type == OptionType::text || option.type == OptionType::text_list ||
                                   option.type == OptionType::text_map;
            if (!has_texts) continue;
            CAPTURE(std::string(option.name));
            const std::string good(good_text(option.facts.rule));
            secrets.set("value", good);
            const auto written = connector.options->make_defaults();
            option.field.assign(*written, data_of(option, "${secret:value}"));
            OptionProblem problem;
            const auto resolved = resolve_option_set(*connector.options, *written, secrets.resolver(), problem);
            REQUIRE_MESSAGE(resolved, problem.description);
            CHECK(option.field.read(*resolved) == data_of(option, good));
            // The original stays: it is resolved anew at the next connect.
            CHECK(option.field.read(*written) == data_of(option, "${secret:value}"));

            option.field.assign(*written, data_of(option, "${secret:none}"));
            CHECK_FALSE(resolve_option_set(*connector.options, *written, secrets.resolver(), problem));
            CHECK(problem.event == "secret_missing");
            const OptionData missing = data_of(option, "");
            const auto* map = std::get_if<TextMap>(&missing);
            const auto* computed = std::get_if<ComputedMap>(&missing);
            std::string place(option.name);
            if (map) place += fmt::format(" \"{}\"", map->front().first);
            if (computed) place += fmt::format(" \"{}\"", computed->front().first);
            CHECK(problem.description.starts_with(fmt::format("{}: secret \"none\" not found", place)));
        }
    }
}

TEST_CASE("a secret has the form that its place needs") {
    const Secrets secrets;
    secrets.set("odd", "a \"b\"/c?d");
    WebSocketOptions written;
    written.endpoint = {"ws://127.0.0.1/x/${secret:odd}?key=${secret:odd}"};
    written.path = {"/${secret:odd}"};
    written.ping_message = R"({"key":"${secret:odd}"})";
    written.pong_message = "pong ${secret:odd}";
    OptionProblem problem;
    const auto resolved = resolve_options(websocket_option_schema(), written, secrets.resolver(), problem);
    REQUIRE_MESSAGE(resolved, problem.description);
    CHECK(resolved->endpoint.front().text() == "ws://127.0.0.1/x/a%20%22b%22/c%3Fd?key=a%20%22b%22%2Fc%3Fd");
    CHECK(resolved->path.front() == "/a%20%22b%22/c%3Fd");
    REQUIRE(resolved->ping_message);
    CHECK(resolved->ping_message->text() == R"({"key":"a \"b\"/c?d"})");
    CHECK(resolved->pong_message == "pong a \"b\"/c?d");
}

TEST_CASE("what has become of a text keeps the rule of its option") {
    const Secrets secrets;
    secrets.set("odd", "a b\nc");
    secrets.set("words", "a b");
    const auto problem_with = [&](auto change) {
        WebSocketOptions written;
        change(written);
        OptionProblem problem;
        CHECK_FALSE(resolve_options(websocket_option_schema(), written, secrets.resolver(), problem));
        CHECK(problem.event == "invalid_option");
        return problem.description;
    };
    CHECK(problem_with([](auto& options) {
              options.subprotocols = {"${secret:odd}"};
          }).starts_with("option \"subprotocols\" must be made of letters"));
    CHECK(problem_with([](auto& options) {
              options.headers = {{"X-Key", "${secret:odd}"}};
          }).starts_with("option \"headers\" has a line break in the value of \"X-Key\""));
    CHECK(problem_with([](auto& options) {
              options.headers = {{"Host", "${secret:words}"}};
          }) == "option \"headers\" has a value of \"Host\" that names no host");
    CHECK(problem_with([](auto& options) {
              options.host = "${secret:odd}";
          }).starts_with("option \"host\" must be a host name"));
    CHECK(problem_with([](auto& options) {
              options.allowed_origins = {"${secret:odd}"};
          }).starts_with("option \"allowed_origins\" must be an origin"));
}

}  // namespace
}  // namespace laminar::test
