#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <future>
#include <stdexcept>

#include "connectors/net/io_runtime.h"
#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"

namespace net = boost::asio;
using namespace std::chrono_literals;

namespace laminar {
namespace {

net::awaitable<void> wait_for(StrandEvent event) { co_await event.wait(); }

net::awaitable<void> throw_up() {
    throw std::runtime_error("boom");
    co_return;
}

}  // namespace

TEST_CASE("task group: children are told to stop, in both ways, and waited for") {
    IoRuntime io(2);
    TaskGroup group;
    CHECK(group.wait_empty(0ms));
    std::atomic<int> graceful{0};
    std::vector<StrandEvent> events;
    for (int i = 0; i < 10; ++i) {
        const net::any_io_executor strand = net::make_strand(io.context());
        const StrandEvent event(strand);
        group.spawn(strand, wait_for(event), [&graceful, event](TaskGroup::Stop how) {
            if (how == TaskGroup::Stop::graceful) {
                ++graceful;
            } else {
                event.notify();
            }
        });
    }
    CHECK(group.size() == 10);
    group.stop(TaskGroup::Stop::graceful);
    CHECK_FALSE(group.wait_empty(50ms));
    group.stop(TaskGroup::Stop::terminal);
    group.wait_empty();
    CHECK(graceful == 10);
    CHECK(group.size() == 0);
}

TEST_CASE("task group: a child started after a stop is told of it") {
    IoRuntime io(1);
    TaskGroup group;
    group.stop(TaskGroup::Stop::terminal);
    const net::any_io_executor strand = net::make_strand(io.context());
    const StrandEvent event(strand);
    group.spawn(strand, wait_for(event), [event](TaskGroup::Stop) { event.notify(); });
    CHECK(group.wait_empty(30s));
}

TEST_CASE("task group: an exception of a child is reported and ends that child alone") {
    IoRuntime io(1);
    std::promise<std::string> reported;
    TaskGroup group([&reported](const std::string& what) { reported.set_value(what); });
    group.spawn(io.context().get_executor(), throw_up(), {});
    CHECK(reported.get_future().get() == "boom");
    group.wait_empty();
    CHECK(io.escaped_exceptions() == 0);
}

TEST_CASE("io runtime: an exception in a handler does not end the thread") {
    std::promise<std::string> reported;
    std::promise<void> ran;
    IoRuntime io(1, [&reported](std::string_view what) { reported.set_value(std::string(what)); });
    net::post(io.context(), [] { throw std::runtime_error("boom"); });
    net::post(io.context(), [&ran] { ran.set_value(); });
    CHECK(reported.get_future().get() == "boom");
    ran.get_future().get();
    CHECK(io.escaped_exceptions() == 1);
    CHECK_FALSE(io.is_io_thread());
}

TEST_CASE("strand event: notifications before and during a wait count, and a deadline ends it") {
    IoRuntime io(1);
    const net::any_io_executor strand = net::make_strand(io.context());
    const StrandEvent event(strand);
    TaskGroup group;
    event.post();
    group.spawn(strand, wait_for(event), {});
    group.wait_empty();
    group.spawn(strand, wait_for(event), {});
    event.post();
    group.wait_empty();
    std::atomic<bool> notified{true};
    const auto wait_shortly = [](StrandEvent own, std::atomic<bool>& result) -> net::awaitable<void> {
        const bool woken = co_await own.wait_until(std::chrono::steady_clock::now() + 1ms);
        result.store(woken);
    };
    group.spawn(strand, wait_shortly(event, notified), {});
    group.wait_empty();
    CHECK_FALSE(notified.load());
}

}  // namespace laminar
