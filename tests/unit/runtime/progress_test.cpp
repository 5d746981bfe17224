#include "runtime/flow/progress.h"

#include <doctest/doctest.h>

#include <atomic>
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

TEST_CASE("a cancelled wait ends, and only that") {
    Progress progress;
    std::atomic<bool> cancelled{false};
    const std::atomic<bool> going_on{false};
    std::thread canceller([&] {
        cancelled = true;
        progress.notify();
    });
    CHECK_FALSE(progress.wait([] { return false; }, {}, cancelled));
    canceller.join();
    CHECK_FALSE(progress.wait([] { return false; }, {}, cancelled));
    progress.add_rows("t", 1);
    CHECK(progress.wait([&] { return progress.rows("t") == 1; }, {}, going_on));
}

}  // namespace laminar
