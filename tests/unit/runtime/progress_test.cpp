#include "runtime/flow/progress.h"

#include <doctest/doctest.h>

#include <thread>

namespace laminar {

TEST_CASE("rows add up by name without regard to case, until they are forgotten") {
    Progress progress;
    CHECK(progress.rows("t") == 0);
    progress.add_rows("T", 2);
    progress.add_rows("t", 3);
    CHECK(progress.rows("T") == 5);
    progress.forget("t");
    CHECK(progress.rows("t") == 0);
}

TEST_CASE("a waiter sees rows that another thread adds") {
    Progress progress;
    std::thread producer([&] {
        for (int row = 0; row < 1000; ++row) progress.add_rows("t", 1);
    });
    CHECK(progress.wait([&] { return progress.rows("t") == 1000; }, {}));
    producer.join();
}

TEST_CASE("waiting ends at the deadline") {
    Progress progress;
    CHECK_FALSE(progress.wait([] { return false; }, std::chrono::steady_clock::now()));
}

TEST_CASE("cancel ends the present wait and those after it, until it is reset") {
    Progress progress;
    std::thread canceller([&] { progress.cancel(); });
    CHECK_FALSE(progress.wait([] { return false; }, {}));
    canceller.join();
    CHECK(progress.cancelled());
    CHECK_FALSE(progress.wait([] { return false; }, {}));
    progress.reset_cancel();
    progress.add_rows("t", 1);
    CHECK(progress.wait([&] { return progress.rows("t") == 1; }, {}));
}

}  // namespace laminar
