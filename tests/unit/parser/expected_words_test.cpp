#include "parser/read/expected_words.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace laminar;

namespace {

bool may_follow(std::string_view text, std::string_view keyword) {
    const ExpectedWords expected = expected_words(text);
    return std::find(expected.keywords.begin(), expected.keywords.end(), keyword) != expected.keywords.end();
}

}  // namespace

TEST_CASE("a statement begins with the words of the grammar and with no name") {
    CHECK(may_follow("", "CREATE"));
    CHECK(may_follow("  -- remark\n", "SELECT"));
    CHECK(may_follow("", "SUBSCRIBE"));
    CHECK_FALSE(may_follow("", "WHERE"));
    CHECK_FALSE(expected_words("").name);
}

TEST_CASE("what follows depends on all words before") {
    CHECK(may_follow("CREATE ", "CONNECTION"));
    CHECK(may_follow("CREATE ", "OR"));
    CHECK(may_follow("create or replace ", "PIPELINE"));
    CHECK_FALSE(may_follow("create or replace ", "OR"));
    CHECK(may_follow("CREATE CONNECTION c ", "TO"));
    CHECK_FALSE(may_follow("CREATE CONNECTION c ", "SELECT"));
    CHECK(may_follow("SELECT 1 ", "FROM"));
    CHECK(may_follow("SELECT a FROM t ", "WHERE"));
    CHECK(may_follow("SELECT a FROM t ", "JOIN"));
    CHECK(may_follow("SELECT a FROM t GROUP ", "BY"));
    CHECK(may_follow("SELECT COUNT(*) FROM (SELECT a FROM t ", "WHERE"));
    CHECK(may_follow("DROP TABLE IF ", "EXISTS"));
    CHECK(may_follow("WAIT ", "FOR"));
    CHECK(may_follow("CREATE TABLE t (n INT) ", "WITH"));
}

TEST_CASE("names are expected where they can stand") {
    CHECK(expected_words("SELECT ").name);
    CHECK(expected_words("SELECT a FROM ").name);
    CHECK(expected_words("CREATE CONNECTION c TO websocket (").name);
    CHECK_FALSE(expected_words("CREATE CONNECTION c ").name);
    CHECK_FALSE(expected_words("CREATE CONNECTION c TO websocket (mode ").name);
}

TEST_CASE("nothing is expected where the text is not understood or quoted") {
    for (const std::string_view text : {"FLY TO ", "SELECT 'abc ", "SELECT /* ", "SELECT \"a", "SELECT FROM WHERE "}) {
        CAPTURE(text);
        CHECK(expected_words(text).keywords.empty());
        CHECK_FALSE(expected_words(text).name);
    }
}

TEST_CASE("long and deep statements are followed") {
    std::string text = "SELECT ";
    for (int i = 0; i < 500; ++i) text += "a + ";
    CHECK(may_follow(text, "CASE"));
    std::string deep = "SELECT ";
    for (int i = 0; i < 200; ++i) deep += "(1 + ";
    CHECK(may_follow(deep, "CAST"));
}
