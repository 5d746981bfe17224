// What is sent over HTTP and what is made of it: bodies, statements with parameters, formats, origins; routes and their
// description.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/text/ascii.h"
#include "server/http/answers/client_statement.h"
#include "server/http/answers/row_format.h"
#include "server/http/answers/sent_rows.h"
#include "server/http/openapi_document.h"
#include "server/http/router.h"
#include "server/http/rules/admission.h"

using namespace laminar;
using namespace laminar::http;

namespace {

std::string problem_of(std::string_view json) {
    const auto sent = read_sql_document(json);
    const auto* error = std::get_if<Error>(&sent);
    return error ? error->message : "";
}

Request request_from(std::string host, Headers headers = {}, std::string path = "/api/v1/query") {
    Request request;
    request.path = std::move(path);
    request.headers = std::move(headers);
    request.headers.emplace_back("Host", std::move(host));
    return request;
}

unsigned refusal_of(const Request& request) {
    const std::optional<Error> error = check_origin(request, "laminar.example", {"other.example"});
    return error ? error->status : 0;
}

}  // namespace

TEST_CASE("a body of JSON has SQL and values") {
    const auto sent =
        read_sql_document(R"({"parameters": [1, -2.50, 1e5, "x\u00e9", true, null, {"a": [1.0]}], "sql": "SELECT"})");
    REQUIRE(std::holds_alternative<SentSql>(sent));
    const auto& [sql, parameters] = std::get<SentSql>(sent);
    CHECK(sql == "SELECT");
    REQUIRE(parameters.size() == 7);
    const char* const texts[] = {"1", "-2.50", "1e5", "x\xC3\xA9", "true", "null", R"({"a":[1.0]})"};
    for (std::size_t i = 0; i < parameters.size(); ++i) CHECK(parameters[i].text == texts[i]);
    CHECK(parameters[1].kind == Parameter::Kind::number);
    CHECK(parameters[6].kind == Parameter::Kind::json);

    CHECK(problem_of("{}") == "the body has no \"sql\"");
    CHECK(problem_of("[1]").starts_with("the body is an object"));
    CHECK(problem_of(R"({"sql": ["x"]})") == "\"sql\" is a text");
    CHECK(problem_of(R"({"sql": "x", "parameters": 1})").starts_with("\"parameters\" is an array"));
    CHECK(problem_of(R"({"sql": "x", "parameters": {"a": 1}})").starts_with("\"parameters\" is an array"));
    CHECK(problem_of(R"({"sql": "x"}})").starts_with("the body is no JSON, from byte"));
    CHECK(problem_of(R"({"sql": "x", "parameters": [)" + std::string(10'000, '[')).find("nested") != std::string::npos);
}

TEST_CASE("findings are placed in what the client wrote") {
    SentSql sent{"SELECT $1,\n $2 FROM", {{Parameter::Kind::text, "a long text"}, {Parameter::Kind::number, "-1"}}};
    const Catalog catalog;
    auto read = ClientStatement::read(sent, catalog);
    REQUIRE(std::holds_alternative<Error>(read));
    CHECK(std::get<Error>(read).line == 2);
    CHECK(std::get<Error>(read).sql_state == "42601");

    sent.sql += " t";
    read = ClientStatement::read(sent, catalog);
    REQUIRE(std::holds_alternative<ClientStatement>(read));
    CHECK(std::get<ClientStatement>(read).source()->text() == "SELECT 'a long text',\n (-1) FROM t");
    sent.parameters.pop_back();
    CHECK(std::holds_alternative<Error>(ClientStatement::read(sent, catalog)));
}

TEST_CASE("values of JSON keep their digits and bytes") {
    const auto sql_of = [](const char* sql, Parameter value) {
        const auto read = ClientStatement::read({sql, {std::move(value)}}, Catalog());
        const auto* statement = std::get_if<ClientStatement>(&read);
        return statement ? std::string(statement->source()->text()) : std::get<Error>(read).hint;
    };
    using Kind = Parameter::Kind;
    CHECK(sql_of("SELECT $1", {Kind::number, "170141183460469231731687303715884105727"}) ==
          "SELECT CAST('170141183460469231731687303715884105727' AS HUGEINT)");
    CHECK(sql_of("SELECT $1::BLOB", {Kind::text, "AP8="}) == "SELECT CAST('\\x00\\xFF' AS BLOB)::BLOB");
    CHECK(sql_of("SELECT $1::BLOB", {Kind::text, "\\x00"}) == "bytes are base64");
    CHECK(sql_of("SELECT $1::BLOB[]", {Kind::json, R"(["AP8=",null])"}) ==
          "SELECT CAST([CAST('\\x00\\xFF' AS BLOB), NULL] AS BLOB[])::BLOB[]");
    CHECK(sql_of("SELECT $1::TEXT[]", {Kind::json, R"(["a\"b\\",7])"}) ==
          R"(SELECT CAST([CAST('a"b\' AS VARCHAR), CAST('7' AS VARCHAR)] AS VARCHAR[])::TEXT[])");
    CHECK(sql_of("SELECT $1::DECIMAL(5,2)[]", {Kind::json, "[1.50,2]"}) == "SELECT [1.50, 2]::DECIMAL(5,2)[]");
}

TEST_CASE("the format is the one that is wanted most") {
    CHECK(wanted_format("") == RowFormat::json);
    CHECK(wanted_format("*/*") == RowFormat::json);
    CHECK(wanted_format("text/html, TEXT/CSV;q=0.5, */*") == RowFormat::json);
    CHECK(wanted_format("text/html, TEXT/CSV;q=0.5, */*;q=0.1") == RowFormat::csv);
    CHECK(wanted_format(" application/x-ndjson ") == RowFormat::ndjson);
    CHECK_FALSE(wanted_format("text/html"));
}

TEST_CASE("rows are objects, in an array or one after the other") {
    using Texts = std::vector<std::string_view>;
    auto rows = std::get<SentRows>(read_rows(" {\"a\": {\"b\": 1}}\n{\"c\": [{}]}{\"a\":1} "));
    CHECK(rows.texts == Texts{"{\"a\": {\"b\": 1}}", "{\"c\": [{}]}", "{\"a\":1}"});
    CHECK(rows.names == std::set<std::string>{"a", "c"});
    rows = std::get<SentRows>(read_rows("[{\"a\":1}, {}]\n"));
    CHECK(rows.texts == Texts{"{\"a\":1}", "{}"});
    CHECK(std::get<SentRows>(read_rows("")).texts.empty());
    CHECK(std::get<SentRows>(read_rows(" [ ] ")).texts.empty());
    for (const char* text : {"1", "[1]", "[[]]", "{}[]", "[]{}", "{", "{\"a\":}", "nul", "[{}"})
        CHECK_MESSAGE(std::holds_alternative<Error>(read_rows(text)), text);
}

TEST_CASE("a server answers to its names, and to no other page") {
    for (const char* host : {"localhost", "LOCALHOST:80", "127.0.0.1:8433", "[::1]:8433", "10.1.2.3", "laminar.example",
                             "other.example:1"})
        CHECK_MESSAGE(refusal_of(request_from(host)) == 0, host);
    for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "1"})
        CHECK_MESSAGE(refusal_of(request_from(host)) == 421, host);
    CHECK(refusal_of(request_from("localhost:1", {{"Origin", "http://localhost:1"}})) == 0);
    CHECK(refusal_of(request_from("localhost:1", {{"Origin", "https://LOCALHOST:1"}})) == 0);
    CHECK(refusal_of(request_from("localhost:1", {{"Origin", "http://localhost:2"}})) == 403);
    CHECK(refusal_of(request_from("localhost:1", {{"Origin", "null"}})) == 403);
    CHECK(refusal_of(request_from("localhost", {{"Sec-Fetch-Site", "cross-site"}})) == 403);
    CHECK(refusal_of(request_from("localhost", {{"Sec-Fetch-Site", "same-origin"}})) == 0);
    CHECK(refusal_of(request_from("localhost", {{"Sec-Fetch-Site", "cross-site"}}, "/")) == 0);
}

TEST_CASE("parameters of a query are decoded") {
    const auto parameters = read_parameters("sql=SELECT+1%2B1&a&a=2&&%3D=%");
    CHECK(parameters.at("sql") == "SELECT 1+1");
    CHECK(parameters.at("a") == "2");
    CHECK(parameters.at("=") == "%");
}

TEST_CASE("every route is described") {
    const std::string_view document = openapi_document();
    std::size_t paths = 0;
    for (std::size_t at = document.find("\n    \"/"); at != std::string_view::npos;
         at = document.find("\n    \"/", at + 1))
        ++paths;
    CHECK(paths == routes().size());
    for (const Route& route : routes()) {
        const std::string path(route.path.substr(0, route.path.find('*')));
        const std::size_t found = document.find("\n    \"" + path + (route.path.ends_with('*') ? "{name}\"" : "\""));
        REQUIRE_MESSAGE(found != std::string_view::npos, path);
        const std::string_view method = document.substr(document.find("      \"", found + 5));
        CHECK_MESSAGE(equals_ignoring_case(method.substr(7, route.method.size()), route.method), path);
    }
}
