#include "runtime/engine/functions/query_functions.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "runtime/engine/engine.h"

using namespace laminar;

namespace {

FunctionPolicy policy(const std::string& name, bool stands_in_from) {
    return stands_in_from ? table_function_policy(name) : function_policy(name);
}

}  // namespace

// A function that fails this test came with another version of the engine. Does it go by its arguments alone? Then it
// belongs to the callable ones of query_functions.cpp; else to those that are withheld.
TEST_CASE("every function of the engine is decided on") {
    const auto engine = Engine::create({});
    const ResultTable functions = engine->query(builtin_functions_sql);
    CHECK(functions.rows > 700);
    for (std::size_t row = 0; row < functions.rows; ++row) {
        const std::string name(functions.values[0].string_at(row));
        const bool stands_in_from = functions.values[1].string_at(row) == "relation";
        CHECK_MESSAGE(policy(name, stands_in_from) != FunctionPolicy::undecided, name,
                      stands_in_from ? " in FROM" : "");
    }
}

TEST_CASE("the checker lets exactly the callable functions through") {
    const auto engine = Engine::create({});
    const auto checker = make_query_checker();
    const ResultTable functions = engine->query(builtin_functions_sql);
    for (std::size_t row = 0; row < functions.rows; ++row) {
        const std::string name(functions.values[0].string_at(row));
        const bool in_expression = function_policy(name) == FunctionPolicy::callable;
        const bool in_from = table_function_policy(name) == FunctionPolicy::callable;
        CHECK_MESSAGE(checker->has_table_function(name) == in_from, name);
        CHECK_MESSAGE(checker->has_function(name) == (in_expression || in_from), name);
        if (!in_expression && !in_from) CHECK_MESSAGE(checker->is_withheld(name) != Withheld::no, name);
    }
    for (const char* name : {"laminar_batch", "laminar_system", "laminar_acknowledge",
                             "__internal_compress_string_ubigint", "getenv", "a_function_of_the_future"}) {
        CHECK_FALSE(checker->has_function(name));
        CHECK_FALSE(checker->has_table_function(name));
    }
}

TEST_CASE("the engine of a session reaches no files even where a query asks it to") {
    const auto engine = Engine::create({});
    for (const char* sql : {"SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM read_csv('/etc/hostname')",
                            "SELECT * FROM sniff_csv('/etc/hostname')", "SELECT * FROM glob('/etc/*')",
                            "COPY (SELECT 1) TO '/tmp/laminar-never'", "ATTACH '/tmp/laminar-never.db' AS other",
                            "SELECT * FROM '/etc/hostname.csv'", "SET enable_external_access = true",
                            "SET temp_directory = '/'", "LOAD httpfs"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS(engine->query(sql), EngineException);
    }
    // What it needs itself is left to it: large sorts spill, and settings of the user's change.
    engine->execute("SET threads = 1; SET memory_limit = '60MB'");
    engine->execute("CREATE TABLE large AS SELECT range AS n, 'abc' || range AS t FROM range(5000000)");
    engine->execute("CREATE TABLE sorted AS SELECT * FROM large ORDER BY hash(n)");
    CHECK(engine->query("SELECT * FROM sorted LIMIT 1 OFFSET 4999999").rows == 1);
}
