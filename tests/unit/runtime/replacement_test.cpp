// What CREATE OR REPLACE leaves behind when it fails: everything as it was.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "session_fixture.h"

using namespace laminar;
using namespace laminar::test;
using Rows = std::vector<std::string>;

namespace {

class Readings {
public:
    Readings() : path_(std::filesystem::temp_directory_path() / ("laminar-replacement-" + std::to_string(::getpid()))) {
        std::ofstream(path_) << "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":2}\n";
    }
    ~Readings() { std::filesystem::remove(path_); }
    Readings(const Readings&) = delete;
    Readings& operator=(const Readings&) = delete;

    [[nodiscard]] std::string connection(const std::string& name) const {
        return "CREATE CONNECTION " + name + " TO file (path = '" + path_.string() + "');";
    }

private:
    std::filesystem::path path_;
};

constexpr const char* retained = "SELECT k, v FROM r ORDER BY v;";
const Rows both{R"({"k":"a","v":1})", R"({"k":"b","v":2})"};

std::string only(const Rows& rows) {
    REQUIRE(rows.size() == 1);
    return rows.front();
}

}  // namespace

TEST_CASE("a stored table keeps its rows when what replaces it fails") {
    SessionFixture fixture;
    REQUIRE(fixture.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2);").empty());
    const std::string failing =
        "CREATE OR REPLACE TABLE t AS SELECT CAST(v AS INTEGER) AS b FROM (VALUES ('x')) AS s(v);";
    CHECK(only(fixture.run(failing)).starts_with("L402"));
    CHECK(fixture.query("SELECT a FROM t ORDER BY a;") == Rows{R"({"a":1})", R"({"a":2})"});
    CHECK(fixture.query("DESCRIBE t;") == Rows{R"({"column":"a","type":"INTEGER"})"});
    CHECK(fixture.run("INSERT INTO t VALUES (3);").empty());
    CHECK(fixture.query("SELECT COUNT(*) AS n FROM t;") == Rows{R"({"n":3})"});
}

TEST_CASE("a new stored table that fails leaves nothing behind") {
    SessionFixture fixture;
    CHECK(only(fixture.run("CREATE TABLE t AS SELECT CAST(v AS INTEGER) AS b FROM (VALUES ('x')) AS s(v);"))
              .starts_with("L402"));
    CHECK(only(fixture.query("SELECT * FROM t;")).starts_with("L404"));
    CHECK(fixture.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);").empty());
    CHECK(fixture.query("SELECT * FROM t;") == Rows{R"({"a":1})"});
}

TEST_CASE("a stored table can be made anew from itself, with and without a key") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y');"
                     "CREATE OR REPLACE TABLE t AS SELECT a + 1 AS a FROM t;"
                     "CREATE OR REPLACE TABLE t AS SELECT a + 1 AS a FROM t;")
                .empty());
    CHECK(fixture.query("SELECT a FROM t ORDER BY a;") == Rows{R"({"a":3})", R"({"a":4})"});
    CHECK(fixture.run("CREATE OR REPLACE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (9);").empty());
    CHECK(fixture.query("SELECT a FROM t;") == Rows{R"({"a":9})"});
}

TEST_CASE("tables of one kind replace those of the other") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("c") +
                     "CREATE TABLE r (k TEXT, v INTEGER); INSERT INTO r VALUES ('z', 0);"
                     "CREATE OR REPLACE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c'); WAIT FOR r COUNT 2;")
                .empty());
    CHECK(fixture.query(retained) == both);
    REQUIRE(fixture.run("CREATE OR REPLACE TABLE r AS SELECT k, v FROM r WHERE v > 1;").empty());
    CHECK(fixture.query(retained) == Rows{both[1]});
    CHECK_FALSE(fixture.database->status().live);
    CHECK(fixture.run("DROP TABLE r; CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c'); WAIT FOR r COUNT 2;")
              .empty());
    CHECK(fixture.query(retained) == both);
}

TEST_CASE("a table over a connection keeps its rows and its readers when what replaces it fails") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("c") + readings.connection("other") +
                     "CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c');"
                     "WAIT FOR r COUNT 2;")
                .empty());
    fixture.impossible.insert("other");
    CHECK(
        only(fixture.run("CREATE OR REPLACE TABLE r (k TEXT) WITH (connector = 'other');")).find("it cannot be made") !=
        std::string::npos);
    CHECK(fixture.query(retained) == both);
    CHECK(fixture.query("SELECT connection FROM system.tables WHERE name = 'r';") == Rows{R"({"connection":"c"})"});
    CHECK(fixture.database->status().connections.size() == 1);
    fixture.impossible.clear();
    CHECK(fixture.run("CREATE OR REPLACE TABLE r (k TEXT) WITH (connector = 'other'); WAIT FOR r COUNT 2;").empty());
    CHECK(fixture.query("SELECT k FROM r ORDER BY k;") == Rows{R"({"k":"a"})", R"({"k":"b"})"});
    CHECK(fixture.database->status().connections.front().name == "other");
}

TEST_CASE("a connection goes on when a secret of what replaces it is missing") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("c") +
                     "CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c'); WAIT FOR r COUNT 2;")
                .empty());
    for (const std::string statement : {"CREATE OR REPLACE CONNECTION c TO file (path = '${secret:no_such_secret}');",
                                        "ALTER CONNECTION c SET (path = '${secret:no_such_secret}');"}) {
        CHECK(only(fixture.run(statement)).find("connection \"c\" stays as it is") != std::string::npos);
        CHECK(fixture.query(retained) == both);
        CHECK(fixture.database->status().connections.front().state != ConnectionState::failed);
        CHECK(only(fixture.query("SHOW CREATE CONNECTION c;")).find("no_such_secret") == std::string::npos);
    }
}

TEST_CASE("a table that replaces another over the same connection reads a file anew") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("c") +
                     "CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c');"
                     "WAIT FOR r COUNT 2;"
                     "CREATE OR REPLACE TABLE r (k TEXT, v INTEGER, x INTEGER) WITH (connector = 'c');"
                     "WAIT FOR r COUNT 2;"
                     "CREATE OR REPLACE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c'); WAIT FOR r COUNT 2;")
                .empty());
    CHECK(fixture.query(retained) == both);
}

TEST_CASE("a pipeline goes on when what replaces it fails") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("other") +
                     "CREATE CONNECTION g TO generator (rows_per_second = 200);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
                     "CREATE TABLE counts (one INTEGER PRIMARY KEY, n BIGINT);"
                     "CREATE PIPELINE p AS INSERT INTO counts SELECT 1 AS one, COUNT(*) AS n FROM r GROUP BY 1;"
                     "WAIT FOR r COUNT 20;")
                .size() == 1);  // L520 warns of the aggregate.
    fixture.impossible.insert("other");
    CHECK(fixture.run("CREATE OR REPLACE PIPELINE p AS SELECT CAST(k AS TEXT) AS k FROM other;")
              .back()
              .find("it cannot be made") != std::string::npos);
    CHECK(fixture.query("SELECT state FROM system.pipelines WHERE name = 'p';") == Rows{R"({"state":"running"})"});
    CHECK(fixture.query("SHOW CREATE PIPELINE p;").front().find("counts") != std::string::npos);
    // Its state is still that of the first row on.
    CHECK(fixture.run("WAIT FOR r COUNT 60;").empty());
    CHECK(SessionFixture::wait_until(
        [&] { return fixture.query("SELECT n >= 60 AS all_rows FROM counts;") == Rows{R"({"all_rows":true})"}; }));
    CHECK(fixture.database->status().connections.size() == 1);
}

TEST_CASE("a pipeline that replaces another goes on with what is there") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 50);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
                     "CREATE TABLE a (counter BIGINT); CREATE TABLE b (counter BIGINT);"
                     "CREATE PIPELINE p AS INSERT INTO a SELECT counter FROM r;"
                     "WAIT FOR p COUNT 50;"
                     "CREATE OR REPLACE PIPELINE p AS INSERT INTO b SELECT counter FROM r;"
                     "WAIT FOR p COUNT 50;"
                     "CREATE CONNECTION other TO generator (rows_per_second = 1000, max_rows = 50);"
                     "CREATE OR REPLACE PIPELINE p AS INSERT INTO b SELECT counter FROM other;"
                     "WAIT FOR p COUNT 50;"
                     "CREATE OR REPLACE PIPELINE p AS INSERT INTO b SELECT counter + 1 FROM other;"
                     "WAIT FOR p COUNT 50;")
                .empty());
    CHECK(fixture.query("SELECT COUNT(*) AS n FROM a;") == Rows{R"({"n":50})"});
    CHECK(fixture.query("SELECT COUNT(*) AS n FROM b;") == Rows{R"({"n":150})"});
}

TEST_CASE("a function stays as it was when what replaces it is wrong") {
    SessionFixture fixture;
    REQUIRE(fixture.run("CREATE FUNCTION f(x) AS x + 1; CREATE VIEW v AS SELECT f(1) AS a;").empty());
    CHECK(only(fixture.run("CREATE OR REPLACE FUNCTION f(x) AS x + CAST('abc' AS INTEGER);")).starts_with("L402"));
    CHECK(only(fixture.run("CREATE OR REPLACE FUNCTION f(x, y) AS x + y;")).starts_with("L204"));
    CHECK(fixture.query("SELECT f(1) AS a;") == Rows{R"({"a":2})"});
    CHECK(fixture.query("SELECT a FROM v;") == Rows{R"({"a":2})"});
    CHECK(fixture.run("EXPLAIN CREATE VIEW w AS SELECT f(2) AS b;").empty());
    CHECK(fixture.run("CREATE OR REPLACE FUNCTION f(x) AS x + 10;").empty());
    CHECK(fixture.query("SELECT a FROM v;") == Rows{R"({"a":11})"});
}

TEST_CASE("a view stays as it was when what replaces it is wrong") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT a FROM t;"
                     "CREATE VIEW w AS SELECT a FROM v;")
                .empty());
    CHECK(only(fixture.run("CREATE OR REPLACE VIEW v AS SELECT b FROM t;")).starts_with("L208"));
    CHECK(only(fixture.run("CREATE OR REPLACE VIEW v AS SELECT a AS b FROM t;")).starts_with("L204"));
    const Rows refused = fixture.run("CREATE OR REPLACE TABLE t (b INTEGER);");
    REQUIRE(refused.size() == 2);  // Both views are named.
    CHECK(refused.front().starts_with("L204"));
    CHECK(fixture.query("SELECT a FROM w;") == Rows{R"({"a":1})"});
}

TEST_CASE("a connection goes on as it was when what replaces it cannot be made") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE CONNECTION g TO generator (rows_per_second = 100);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g'); WAIT FOR r COUNT 5;")
                .empty());
    fixture.impossible.insert("g");
    const Rows before = fixture.query("SHOW CREATE CONNECTION g;");
    for (const char* change : {"CREATE OR REPLACE CONNECTION g TO generator (rows_per_second = 7);",
                               "ALTER CONNECTION g SET (rows_per_second = 7);"}) {
        CHECK(only(fixture.run(change)).find("it cannot be made") != std::string::npos);
        CHECK(fixture.query("SHOW CREATE CONNECTION g;") == before);
        CHECK(fixture.database->status().connections.front().state == ConnectionState::connected);
    }
    CHECK(fixture.run("WAIT FOR r COUNT 30;").empty());
}

TEST_CASE("what cannot be made for the first time leaves no trace") {
    SessionFixture fixture;
    fixture.impossible.insert("g");
    REQUIRE(fixture.run("CREATE CONNECTION g TO generator (rows_per_second = 100);").empty());
    CHECK_FALSE(fixture.run("CREATE TABLE r (counter BIGINT) WITH (connector = 'g');").empty());
    CHECK_FALSE(fixture.run("CREATE PIPELINE p AS SELECT counter FROM g;").empty());
    CHECK(fixture.database->status().connections.empty());
    CHECK(only(fixture.query("SELECT * FROM r;")).starts_with("L404"));
    fixture.impossible.clear();
    CHECK(fixture.run("CREATE TABLE r (counter BIGINT) WITH (connector = 'g'); WAIT FOR r COUNT 3;").empty());
}

TEST_CASE("IF NOT EXISTS leaves what is there alone") {
    const Readings readings;
    SessionFixture fixture;
    REQUIRE(fixture
                .run(readings.connection("c") +
                     "CREATE TABLE r (k TEXT, v INTEGER) WITH (connector = 'c');"
                     "WAIT FOR r COUNT 2;"
                     "CREATE TABLE IF NOT EXISTS r (other TEXT);"
                     "CREATE FUNCTION f(x) AS x; CREATE FUNCTION IF NOT EXISTS f(x) AS x + 1;")
                .empty());
    CHECK(fixture.query(retained) == both);
    CHECK(fixture.query("SELECT f(1) AS a;") == Rows{R"({"a":1})"});
}

TEST_CASE("a subscription ends with what it reads") {
    SessionFixture fixture;
    REQUIRE(fixture
                .run("CREATE CONNECTION g TO generator (rows_per_second = 500);"
                     "CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
                     "SUBSCRIBE TO r; WAIT FOR r COUNT 5; DROP TABLE r;")
                .empty());
    fixture.session().open_connections();
    CHECK(SessionFixture::wait_until([&] { return !fixture.database->status().live; }));
    REQUIRE(fixture
                .run("CREATE PIPELINE p AS SELECT counter FROM g; SUBSCRIBE TO p; WAIT FOR p COUNT 5;"
                     "CREATE OR REPLACE PIPELINE p AS SELECT counter + 1 AS n FROM g; WAIT FOR p COUNT 5;"
                     "SUBSCRIBE TO (SELECT counter FROM g); DROP CONNECTION g CASCADE;")
                .empty());
    CHECK(fixture.database->status().connections.empty());
    CHECK_FALSE(fixture.database->status().failed);
}
