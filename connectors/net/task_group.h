#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace laminar {

/// Keeps track of the coroutines that work for one owner, so that the owner can end them and knows when they have
/// ended. Thread-safe. The owner must not be destroyed before the group is empty.
class TaskGroup {
public:
    enum class Stop : std::uint8_t {
        graceful,  ///< Finish what is in hand and say goodbye.
        terminal,  ///< End now: close the socket.
    };
    using StopHandler = std::function<void(Stop)>;
    /// Told what escaped from a child or from its stop handler, on the child's executor: a bug, or a resource that is
    /// exhausted. The child does nothing more: whatever it was there for has failed.
    using ExceptionHandler = std::function<void(const std::string& what)>;

    explicit TaskGroup(ExceptionHandler on_exception = {});

    /// Starts a child on its executor. stop is called on that executor, and only while the child lives.
    void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> child, StopHandler stop);

    /// Asks all children to end; returns at once. A child started after a stop is told of it, too.
    void stop(Stop how);
    /// Children started from now on are not told of stops that were before.
    void reset();

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool wait_empty(std::chrono::milliseconds deadline) const;  ///< Blocks: never on an I/O thread.
    void wait_empty() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace laminar
