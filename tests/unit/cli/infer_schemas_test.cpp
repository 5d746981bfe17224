#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cli/infer/sample/schema_examples.h"
#include "connectors/codec/json/json_text.h"

namespace laminar {
namespace {

std::vector<std::string> examples(const std::string& document, std::string_view schema) {
    DocumentReferences references(document);
    return SchemaExamples(references).of(schema);
}
std::vector<std::string> examples(const std::string& schema) { return examples(schema, schema); }

using Texts = std::vector<std::string>;

TEST_CASE("infer: a schema has at least one example, whatever it lists") {
    CHECK(examples(R"({"enum": []})") == Texts{"{}"});
    CHECK(examples(R"({"type": "string", "enum": []})") == Texts{"\"text\""});
    CHECK(examples(R"({"type": "array", "items": {"enum": []}})") == Texts{"[{},{}]"});
    CHECK(examples(R"({"properties": {"a": {"enum": []}, "b": {"enum": [1, 2]}}})") ==
          Texts{R"({"a":{},"b":1})", R"({"a":{},"b":2})", "{}"});
    for (const char* schema :
         {R"({"oneOf": []})", R"({"anyOf": [], "examples": []})", R"({"prefixItems": [], "type": "array"})",
          R"({"type": []})", R"({"oneOf": {"a": 1}})", R"({"type": "array", "prefixItems": 5})",
          R"({"allOf": 1, "properties": []})", R"({"$ref": "#/nothing"})", R"({"$ref": "#"})", "1", "[]"})
        CHECK_MESSAGE(!examples(schema).empty(), schema);
}

TEST_CASE("infer: a schema within itself ends where it would begin again") {
    CHECK(examples(R"({"properties": {"n": {"type": "integer"}, "next": {"$ref": "#/properties"}}})").size() == 2);
    const std::string tree =
        R"({"t": {"properties": {"n": {"const": 1}, "left": {"$ref": "#/t"}, "right": {"$ref": "#/t"}}}})";
    CHECK(examples(tree, R"({"$ref": "#/t"})").front() == R"({"n":1,"left":{},"right":{}})");
    const std::string circle =
        R"({"a": {"properties": {"b": {"$ref": "#/b"}}}, "b": {"properties": {"a": {"$ref": "#/a"}}}})";
    CHECK(examples(circle, R"({"$ref": "#/a"})").front() == R"({"b":{"a":{}}})");
    CHECK(
        examples(
            R"({"allOf": [{"$ref": "#/x"}], "x": {"allOf": [{"$ref": "#/x"}, {"$ref": "#/x"}, {"$ref": "#/x"}, {"$ref": "#/x"}]}})") ==
        Texts{"{}"});
}

TEST_CASE("infer: what a schema describes without being within itself is bounded as well") {
    // Each level has ten of the next, and the last a long text.
    std::string document = R"({"s0": {"const": ")" + std::string(10'000, 'x') + R"("})";
    for (int level = 1; level <= 9; ++level) {
        const std::string name = "s" + std::to_string(level);
        document += ", \"" + name + R"(": {"properties": {)";
        for (int each = 0; each < 10; ++each)
            document += (each > 0 ? ", " : "") + std::string("\"p") + std::to_string(each) + R"(": {"$ref": "#/s)" +
                        std::to_string(level - 1) + "\"}";
        document += "}}";
    }
    document += "}";
    std::size_t bytes = 0;
    for (const std::string& example : examples(document, R"({"$ref": "#/s9"})")) {
        CHECK(is_json_value(example));
        bytes += example.size();
    }
    CHECK(bytes < (64U << 20U));
    DocumentReferences references(document);
    SchemaExamples all(references);
    for (int count = 0; count < 1'000 && !all.is_exhausted(); ++count) (void)all.of(R"({"$ref": "#/s9"})");
    CHECK(all.is_exhausted());
    CHECK(all.of(R"({"const": 1})") == Texts{"{}"});
}

}  // namespace
}  // namespace laminar
