#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

namespace laminar {

/// What a coroutine sleeps on until something calls for it. A notification that comes while nobody waits is kept, so
/// none is lost; several merge into one. One waiter at a time. A handle: copies share the event.
/// wait and notify belong to the event's strand; post may be called from any thread.
class StrandEvent {
public:
    explicit StrandEvent(const boost::asio::any_io_executor& strand);

    boost::asio::awaitable<void> wait() const;
    /// False when the deadline passed first.
    boost::asio::awaitable<bool> wait_until(std::chrono::steady_clock::time_point deadline) const;

    void notify() const;
    void post() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace laminar
