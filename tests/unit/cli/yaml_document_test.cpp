// YAML as the JSON that it stands for: AsyncAPI documents are written in either.
#include "cli/infer/sample/yaml_document.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace laminar {
namespace {

/// The JSON, or "problem: " and why there is none.
std::string json_of(std::string_view yaml, std::size_t limit = 1 << 20) {
    std::string problem;
    const auto json = yaml_as_json(yaml, limit, problem);
    return json ? *json : "problem: " + problem;
}

bool fails(std::string_view yaml, std::size_t limit = 1 << 20) {
    const std::string found = json_of(yaml, limit);
    return found.starts_with("problem: ") && found.size() > 9;
}

}  // namespace

TEST_CASE("yaml: scalars are those of the core schema") {
    CHECK(json_of("[~, null, Null, , '']") == R"([null,null,null,null,""])");
    CHECK(json_of("[true, False, yes, 'true', !!str true]") == R"([true,false,"yes","true","true"])");
    CHECK(json_of("[1, -7, 0x1F, 0o17, 007, +3, 9007199254740993]") == R"([1,-7,31,15,7,3,9007199254740993])");
    CHECK(json_of("['1', \"2\", 1.5, 1e3, 2.0.0, 2024-01-02]") == R"(["1","2",1.5,1e3,"2.0.0","2024-01-02"])");
}

TEST_CASE("yaml: collections in either style, block texts, comments") {
    CHECK(json_of("a: 1\nb:\n  - x\n  - {c: d}  # ends here\n") == R"({"a":1,"b":["x",{"c":"d"}]})");
    CHECK(json_of("1: one\ntrue: yes\n") == R"({"1":"one","true":"yes"})");
    CHECK(json_of("text: |\n  a\n  b\n") == R"({"text":"a\nb\n"})");
    CHECK(json_of("text: >-\n  a\n  b\n") == R"({"text":"a b"})");
    CHECK(json_of("\"\\u00e4\\n\\\"\"") == "\"ä\\n\\\"\"");
}

TEST_CASE("yaml: aliases are written out, and << merges what is not there") {
    CHECK(json_of("a: &x {k: 1}\nb: *x\n") == R"({"a":{"k":1},"b":{"k":1}})");
    CHECK(json_of("base: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n").find(R"("k":3)") != std::string::npos);
    CHECK(fails("b: *nobody\n"));
}

TEST_CASE("yaml: what has no end, or is none") {
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) laughs += (j ? ", *a" : "*a") + std::to_string(i - 1);
        laughs += "]\n";
    }
    CHECK(fails(laughs));
    CHECK(fails("a: &a [*a]\n"));
    CHECK(fails(std::string(600, '[') + std::string(600, ']')));
    CHECK(fails("a: [1, 2\n"));
    CHECK(fails("a: 1\n  b: 2\n"));
    CHECK(fails("text: " + std::string(2000, 'x'), 1000));
}

}  // namespace laminar
