#include "runtime/session/like_pattern.h"

#include <doctest/doctest.h>

#include <string>

namespace laminar {

TEST_CASE("LIKE patterns match as in SQL, without regard to case") {
    CHECK(matches_like("ws_feed", "ws_%"));
    CHECK(matches_like("WS_FEED", "ws%"));
    CHECK(matches_like("feed", "%"));
    CHECK(matches_like("", "%"));
    CHECK(matches_like("", ""));
    CHECK(matches_like("abc", "a_c"));
    CHECK(matches_like("aXbXc", "a%b%c"));
    CHECK(matches_like("aab", "%ab"));
    CHECK_FALSE(matches_like("abc", "ab"));
    CHECK_FALSE(matches_like("ab", "abc"));
    CHECK_FALSE(matches_like("", "_"));
    CHECK_FALSE(matches_like("feed", "f%x"));
}

TEST_CASE("a hostile pattern does not take for ever") {
    std::string pattern;
    for (int count = 0; count < 1000; ++count) pattern += "a%";
    CHECK_FALSE(matches_like(std::string(5000, 'a') + "b", pattern + "c"));
}

}  // namespace laminar
