#include "cli/shell/completion.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/bind/binder.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "runtime/engine/engine.h"

using namespace laminar;

namespace {

/// A catalog with the objects of a script.
class Declared {
public:
    explicit Declared(std::string script) {
        const auto source = std::make_shared<SourceText>("test", std::move(script));
        Diagnostics diagnostics(source);
        for (const ast::Statement& statement : parse_script(source, diagnostics).statements) {
            const auto bound = Binder(catalog_, builtin_connectors(), *checker_, diagnostics).bind(source, statement);
            REQUIRE(bound);
            apply_to_catalog(*bound, catalog_);
        }
        REQUIRE_FALSE(diagnostics.has_errors());
    }

    [[nodiscard]] Completion complete(std::string_view before, std::string_view after = {}) const {
        static const std::vector<std::string> functions{"avg", "count", "current_date", "date_trunc", "tumble"};
        return complete_sql(before, after, catalog_, builtin_connectors(), functions);
    }
    [[nodiscard]] bool offers(std::string_view before, const std::string& candidate,
                              std::string_view after = {}) const {
        const Completion completion = complete(before, after);
        return std::find(completion.candidates.begin(), completion.candidates.end(), candidate) !=
               completion.candidates.end();
    }

private:
    Catalog catalog_;
    std::unique_ptr<QueryChecker> checker_ = make_query_checker();
};

const Declared& declared() {
    static const Declared objects(
        "CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/');"
        "CREATE TABLE trades (symbol TEXT, price DOUBLE, \"odd name\" INT) WITH (connector = 'feed');"
        "CREATE TABLE other (colour TEXT);"
        "CREATE VIEW cheap AS SELECT symbol, price AS low FROM trades WHERE price < 1;"
        "CREATE FUNCTION double_it(x) AS x * 2;");
    return objects;
}

}  // namespace

TEST_CASE("keywords come from the grammar, in the case of what is typed") {
    CHECK(declared().offers("", "CREATE"));
    CHECK(declared().offers("crea", "create"));
    CHECK(declared().offers("SELECT 1; CREATE PI", "PIPELINE"));
    CHECK(declared().complete("CREATE PI").length == 2);
    CHECK(declared().offers("SELECT price FROM trades GRO", "GROUP"));
    CHECK_FALSE(declared().offers("SELECT price FROM trades ", "CREATE"));
}

TEST_CASE("objects come from the catalog, by kind") {
    CHECK(declared().offers("SELECT * FROM ", "trades"));
    CHECK(declared().offers("SELECT * FROM ch", "cheap"));
    CHECK(declared().offers("SELECT * FROM system.websocket_", "websocket_connections"));
    CHECK(declared().offers("DROP TABLE ", "trades"));
    CHECK_FALSE(declared().offers("DROP TABLE ", "cheap"));
    CHECK_FALSE(declared().offers("DROP TABLE ", "feed"));
    CHECK(declared().offers("DROP VIEW IF EXISTS ", "cheap"));
    CHECK(declared().offers("ALTER CONNECTION ", "feed"));
    CHECK(declared().offers("INSERT INTO ", "other"));
    CHECK(declared().offers("CREATE CONNECTION x TO ", "websocket"));
    CHECK(declared().offers("DESCRIBE CONNECTOR gen", "generator"));
}

TEST_CASE("columns are those of the relations that the statement names") {
    CHECK(declared().offers("SELECT pr", "price"));
    CHECK(declared().offers("SELECT ", "symbol", " FROM trades"));
    CHECK_FALSE(declared().offers("SELECT ", "colour", " FROM trades"));
    CHECK(declared().offers("SELECT ", "\"odd name\"", " FROM trades"));
    CHECK(declared().offers("SELECT * FROM trades WHERE sy", "symbol"));
    CHECK(declared().offers("SELECT trades.p", "price"));
    CHECK(declared().offers("SELECT lo", "low", " FROM cheap"));
}

TEST_CASE("functions come with their parenthesis, in the case of what is typed") {
    CHECK(declared().offers("SELECT dou", "double_it("));
    CHECK(declared().offers("SELECT date_", "date_trunc("));
    CHECK(declared().offers("SELECT DATE_", "DATE_TRUNC("));
    CHECK(declared().offers("SELECT symbol FROM trades GROUP BY tum", "tumble("));
    CHECK(declared().offers("SELECT * FROM trades WHERE av", "avg("));
    CHECK(declared().offers("SELECT av", "avg", "(price) FROM trades"));
    CHECK(declared().offers("SELECT current_d", "current_date"));
    CHECK_FALSE(declared().complete("SELECT date_t").complete);
    CHECK_FALSE(declared().offers("SELECT ", "avg("));
    CHECK_FALSE(declared().offers("DROP TABLE av", "avg("));
}

TEST_CASE("options are those of the connector that apply and are not given") {
    const std::string create = "CREATE CONNECTION c TO websocket (";
    CHECK(declared().offers(create, "mode = "));
    CHECK_FALSE(declared().complete(create).complete);
    CHECK(declared().offers(create + "mode = 'server', ", "max_connections = "));
    CHECK_FALSE(declared().offers(create + "mode = 'client', ", "max_connections = "));
    CHECK_FALSE(declared().offers(create + "mode = 'client', ", "mode = "));
    CHECK(declared().offers(create + "headers = MAP {'a': 'b'}, end", "endpoint = "));
    CHECK(declared().offers("ALTER CONNECTION feed SET (heart", "heartbeat_interval_s = "));
    CHECK(declared().offers("CREATE TABLE t (n INT) WITH (ret", "retention = "));
    CHECK(declared().offers("CREATE TABLE t (n INT WITH (", "json_path = "));
}

TEST_CASE("values are those that are allowed") {
    const std::string create = "CREATE CONNECTION c TO websocket (mode = 'client', ";
    CHECK(declared().offers(create + "format = ", "'json'"));
    CHECK(declared().complete(create + "format = 'b").candidates == std::vector<std::string>{"'binary'"});
    CHECK(declared().complete(create + "tls_verify = f").candidates == std::vector<std::string>{"false"});
    CHECK(declared().complete("CREATE TABLE t (n INT) WITH (connector = '").candidates ==
          std::vector<std::string>{"'feed'"});
    CHECK(declared().complete(create + "endpoint = 'w").candidates.empty());
}

TEST_CASE("nothing is offered inside of strings, comments and quoted names") {
    for (const std::string_view text : {"SELECT 'tra", "SELECT 1 -- cre", "SELECT /* cre", "SELECT \"pri"}) {
        CAPTURE(text);
        CHECK(declared().complete(text).candidates.empty());
    }
}
