// Queries of PostgreSQL's catalog: which they are, and what they say in the engine's words.

#include <doctest/doctest.h>

#include "server/postgres/catalog/catalog_functions.h"
#include "server/postgres/catalog/catalog_query.h"
#include "server/postgres/catalog/catalog_rows.h"
#include "server/postgres/catalog/catalog_types.h"
#include "server/postgres/catalog/object_number.h"
#include "server/postgres/catalog/relation_shapes.h"

using namespace laminar;
using namespace laminar::postgres;

namespace {

std::string said(const std::string& statement) {
    const auto query = parse_catalog_query(statement);
    if (!query) return "-";
    return query->error ? std::string(query->error->state) : query->sql.text;
}

}  // namespace

TEST_CASE("what is a query of the catalog") {
    for (const char* text :
         {"SELECT 1 FROM pg_catalog.pg_class", "select * from pg_type t", "SELECT version()", "SELECT current_user",
          "SELECT current_schema, user", "SELECT * FROM information_schema.tables", "SELECT 'x'::regclass",
          "WITH a AS (SELECT 1) SELECT * FROM a JOIN pg_namespace n ON true", "(SELECT oid FROM pg_class)",
          "SELECT current_setting('server_version_num')::int/100", "/* a */ SELECT pg_backend_pid() -- b"})
        CHECK_MESSAGE(said(text) != "-", text);
    for (const char* text :
         {"SELECT 1", "SELECT * FROM ticks", "SELECT 'pg_catalog.pg_class'", "SELECT version FROM ticks",
          "SELECT a AS user FROM t", "INSERT INTO pg_catalog.pg_class VALUES (1)", "DROP TABLE pg_catalog.pg_class",
          "WITH a AS (SELECT 1) INSERT INTO pg_class SELECT * FROM a JOIN pg_catalog.pg_type ON true",
          "COPY pg_catalog.pg_class TO '/tmp/x'", "ATTACH 'x' AS pg_catalog", "SELECT 1 -- FROM pg_catalog.pg_class",
          "SELECT $1 FROM pg_class", "SELECT 'unfinished FROM pg_catalog.pg_class", "SELECT version(), x FROM ticks",
          "SELECT \"current_user\"", "SELECT pg_catalog", "SET x = pg_catalog.y"})
        CHECK_MESSAGE(said(text) == "-", text);
}

TEST_CASE("a statement of a megabyte is no query of the catalog") {
    CHECK(said("SELECT 1 FROM pg_class WHERE relname = '" + std::string(1 << 20, 'x') + "'") == "-");
}

TEST_CASE("what stays and what is written anew") {
    CHECK(said("SELECT c.oid -- x\nFROM pg_catalog.pg_class c") == "SELECT c . oid FROM pg_class c");
    CHECK(said("SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class") ==
          "SELECT pg_class . relname FROM pg_class");
    CHECK(said("SELECT \"a\"\"b\" FROM pg_class") == "SELECT \"a\"\"b\" FROM pg_class");
    CHECK(said("SELECT E'it\\'s\\n', $a$;'$a$ FROM pg_class") == "SELECT 'it''s\n' , ';''' FROM pg_class");
    CHECK(said("SELECT 1 FROM information_schema.tables") == "SELECT 1 FROM laminar_information . tables");
    CHECK(said("SELECT current_user AS user FROM pg_class") == "SELECT current_user ( ) AS user FROM pg_class");
    CHECK(said("SELECT a OPERATOR(pg_catalog.~) 'b' COLLATE pg_catalog.default FROM pg_class") ==
          "SELECT a ~ ( '(?s).*(?:' || ( 'b' ) || ').*' ) FROM pg_class");
    CHECK(said("SELECT a !~* b.c FROM pg_class") == "SELECT a !~ ( '(?is).*(?:' || ( b . c ) || ').*' ) FROM pg_class");
    CHECK(said("SELECT a LIKE E'x\\\\_y' FROM pg_class") == "SELECT a LIKE 'x\\_y' escape '\\' FROM pg_class");
    CHECK(said("SELECT a = '{0}', '{a}'::text[] FROM pg_class") ==
          "SELECT a = '[0]' , '[a]' :: text [ ] FROM pg_class");
    CHECK(said("SELECT a.b = ANY (c) FROM pg_class WHERE d = any(SELECT 1)") ==
          "SELECT list_contains ( ( c ) , a . b ) FROM pg_class WHERE d = any ( SELECT 1 )");
    CHECK(said("SELECT x FROM unnest(a) x, pg_catalog.pg_class") == "SELECT x FROM unnest ( a ) x ( x ) , pg_class");
}

TEST_CASE("casts to types that the engine does not have") {
    CHECK(said("SELECT 'a'::regclass") == "SELECT laminar_regclass_number ( 'a' )");
    CHECK(said("SELECT 'a'::regclass::oid") == "SELECT laminar_oid ( laminar_regclass_number ( 'a' ) )");
    CHECK(said("SELECT c.oid::pg_catalog.regclass::pg_catalog.text FROM pg_class c") ==
          "SELECT laminar_regclass_name ( c . oid ) :: text FROM pg_class c");
    CHECK(said("SELECT lower(a, (b))::regtype FROM pg_class") ==
          "SELECT laminar_regtype_name ( lower ( a , ( b ) ) ) FROM pg_class");
    CHECK(said("SELECT a::int::oid FROM pg_class") == "SELECT laminar_oid ( a :: int ) FROM pg_class");
    CHECK(said("SELECT CAST('pg_class' AS REGCLASS)") == "SELECT laminar_regclass_number ( 'pg_class' )");
    CHECK(said("SELECT CAST(CAST(a AS REGCLASS) AS OID) FROM pg_class") ==
          "SELECT laminar_oid ( laminar_regclass_name ( a ) ) FROM pg_class");
    CHECK(said("SELECT t = 'array_in'::regproc, CAST(a AS name), a::\"char\" FROM pg_type") ==
          "SELECT t = laminar_regproc_name ( 'array_in' ) , CAST ( a as VARCHAR ) , a :: pg_char FROM pg_type");
}

TEST_CASE("a query of the catalog that is broken stays so, without harm") {
    for (const char* text :
         {"SELECT ]::oid FROM pg_class", "SELECT (]::oid FROM pg_class", "SELECT )::regclass",
          "SELECT CAST( FROM pg_class", "SELECT a ~ FROM pg_class WHERE x ~", "SELECT OPERATOR(pg_catalog.",
          "SELECT pg_catalog.", "SELECT x COLLATE FROM pg_class", "SELECT a FROM pg_class, unnest(",
          "SELECT 1 FROM pg_class WHERE a =", "SELECT ::regclass"})
        CHECK_MESSAGE(!said(text).empty(), text);
}

TEST_CASE("functions that reach beyond the catalog are refused") {
    for (const char* text :
         {"SELECT * FROM pg_class, read_csv('/etc/passwd')", "SELECT * FROM pg_class JOIN \"READ_TEXT\"('/x') ON true",
          "SELECT pg_catalog.version(), (SELECT content FROM read_blob('/x'))",
          "SELECT * FROM pg_type, duckdb_settings()"})
        CHECK_MESSAGE(said(text) == "42501", text);
    // Through these Laminar itself reads rows, and what no list has is not called either.
    for (const char* text :
         {"SELECT count(*) FROM pg_class c, laminar_batch('pg_attribute') b",
          "SELECT * FROM pg_type, laminar_rows('1')",
          "SELECT * FROM pg_class JOIN pg_catalog.\"Laminar_Numbered_Batch\"(pg_attribute) ON true",
          "SELECT * FROM pg_class, laminar_system('connections') AS t(a)",
          "SELECT laminar_acknowledge('a', 'b') FROM pg_class",
          "SELECT DISTINCT ON (oid) laminar_hop(oid) FROM pg_class", "SELECT 'a'.laminar_batch() FROM pg_class",
          "WITH a AS (SELECT 1) SELECT * FROM a, laminar_batch('x') AS (a) JOIN pg_class ON true",
          "SELECT * FROM pg_class t AS MATERIALIZED (a), laminar_batch('x')", "SELECT no_such(1) FROM pg_class"})
        CHECK_MESSAGE(said(text) == "42883", text);
    for (const CatalogFunction& function : catalog_functions()) CHECK(is_catalog_function(function.name));
    CHECK_FALSE(is_catalog_function("read_csv"));
}

TEST_CASE("names of columns and types are no calls") {
    for (
        const char* text :
        {"WITH RECURSIVE a(x) AS (SELECT 1), b(y, z) AS MATERIALIZED (VALUES (1, 2)), c(v) AS (SELECT 2) SELECT 1 FROM "
         "pg_class",
         "SELECT 1 FROM pg_class c(a, b) JOIN pg_catalog.pg_type t(d) ON (true) CROSS JOIN (VALUES (1)) AS v(n)",
         "SELECT 1 FROM generate_series(1, 2) s(i), unnest(x) AS \"U\"(u), (SELECT 1) q(r) JOIN pg_class ON true",
         "SELECT a::numeric(10, 2), CAST(b AS pg_catalog.decimal(3)), c::my_type(1) FROM pg_class",
         "SELECT row_number() OVER (ORDER BY a), count(*) FILTER (WHERE b), coalesce(a), nullif(a, b), greatest(a, b), "
         "row(a), ARRAY(SELECT 1), EXISTS (SELECT 1), a LIKE ('x'), a IN (1), json_build_object('a', 1), a = ANY (b) "
         "FROM "
         "pg_class WHERE (a) AND (b) GROUP BY GROUPING SETS ((a), (b))"})
        CHECK_MESSAGE(said(text).size() > 5, text << ": " << said(text));
}

TEST_CASE("an operator with a schema is an operator and nothing else") {
    CHECK(said("SELECT a OPERATOR(pg_catalog.=) b, a OPERATOR(+) b FROM pg_class") ==
          "SELECT a = b , a + b FROM pg_class");
    // What stands there instead is for the engine to refuse.
    CHECK(said("SELECT 1 OPERATOR('= (SELECT count(*) FROM duckdb_settings()) --') 2 FROM pg_class") ==
          "SELECT 1 OPERATOR ( '= (SELECT count(*) FROM duckdb_settings()) --' ) 2 FROM pg_class");
    CHECK(said("SELECT 1 OPERATOR(\"= 2 --\") 2 FROM pg_class") == "SELECT 1 OPERATOR ( \"= 2 --\" ) 2 FROM pg_class");
    for (const char* text :
         {"SELECT 1 OPERATOR(", "SELECT 1 OPERATOR() FROM pg_class", "SELECT OPERATOR(a.b.) FROM pg_class"})
        CHECK_MESSAGE(!said(text).empty(), text);
}

TEST_CASE("long queries are written anew in one go, and what would take for ever is refused") {
    const auto repeated = [](const char* text, std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += text;
        return all;
    };
    const std::string numbers = said("SELECT " + repeated("c.tableoid,", 80'000) + "0 FROM pg_class c");
    CHECK(numbers.starts_with("SELECT 1259 , 1259 , "));
    CHECK(numbers.ends_with(", 1259 , 0 FROM pg_class c"));
    CHECK(said("SELECT " + repeated("a AS b,", 140'000) + "0 FROM pg_class c").ends_with("a AS b , 0 FROM pg_class c"));
    CHECK(said("SELECT x" + repeated("::a(1)", 150'000) + " FROM pg_class") == "54001");
    CHECK(said("SELECT x" + repeated("::oid", 150'000) + " FROM pg_class") == "54001");
    CHECK(said("SELECT 1 FROM pg_class" + repeated(" join f(x)a", 90'000)) == "42883");
    CHECK(said("SELECT 1 FROM pg_class" + repeated(" join range(1)a", 60'000)) == "54001");
}

TEST_CASE("columns without a name") {
    CHECK(catalog_column_name("main.version()") == "version");
    CHECK(catalog_column_name("\"version\"()") == "version");
    CHECK(catalog_column_name("CAST(current_setting('a') AS INTEGER)") == "current_setting");
    CHECK(catalog_column_name("relname") == "relname");
    CHECK(catalog_column_name("(a + b)") == "(a + b)");
}

TEST_CASE("numbers of objects stay") {
    ObjectNumbers numbers;
    const std::uint32_t ticks = numbers.number("relation", "Ticks");
    CHECK(ticks >= 16'384);
    CHECK(ticks < (std::uint32_t{1} << 31U));
    CHECK(numbers.number("relation", "other") != ticks);
    CHECK(ObjectNumbers().number("relation", "ticks") == ticks);
    CHECK(ObjectNumbers().number("index", "ticks") != ticks);
    CHECK(numbers.number("relation", "ticks") == ticks + 1);  // Whoever comes second has the next.
}

TEST_CASE("every type of a shape is known") {
    for (const RelationShape& shape : relation_shapes()) {
        for (std::string_view rest = shape.columns; !rest.empty();) {
            const ShapeColumn column = take_column(rest);
            const bool known = column.type == "text" || catalog_type(column.type).oid != 25;
            CHECK_MESSAGE(known, shape.name << "." << column.name << ": " << column.type);
        }
    }
    CHECK(catalog_type("_int8").oid == 1016);
    CHECK(catalog_type(1016).length == -1);
    CHECK(catalog_type(20).length == 8);
}
