// Each file of queries/ over each recording of recordings/.
#include <doctest/doctest.h>

#include "query_file.h"

using laminar::test::check_cases;
using laminar::test::read_query_file;

TEST_CASE("asof_joins") { check_cases(read_query_file("asof_joins")); }
TEST_CASE("changes_of_changes") { check_cases(read_query_file("changes_of_changes")); }
TEST_CASE("changing_aggregates") { check_cases(read_query_file("changing_aggregates")); }
TEST_CASE("deduplication") { check_cases(read_query_file("deduplication")); }
TEST_CASE("doubles") { check_cases(read_query_file("doubles")); }
TEST_CASE("event_time") { check_cases(read_query_file("event_time")); }
TEST_CASE("frames") { check_cases(read_query_file("frames")); }
TEST_CASE("hop") { check_cases(read_query_file("hop")); }
TEST_CASE("interval_joins") { check_cases(read_query_file("interval_joins")); }
TEST_CASE("over_windows") { check_cases(read_query_file("over_windows")); }
TEST_CASE("session") { check_cases(read_query_file("session")); }
TEST_CASE("top_n") { check_cases(read_query_file("top_n")); }
TEST_CASE("tumble") { check_cases(read_query_file("tumble")); }
TEST_CASE("unbounded_joins") { check_cases(read_query_file("unbounded_joins")); }
TEST_CASE("views_and_unions") { check_cases(read_query_file("views_and_unions")); }
TEST_CASE("window_aggregates") { check_cases(read_query_file("window_aggregates")); }
TEST_CASE("window_joins") { check_cases(read_query_file("window_joins")); }
TEST_CASE("windows_of_windows") { check_cases(read_query_file("windows_of_windows")); }
