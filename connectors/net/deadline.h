#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace laminar {

/// Calls on_expiry on the strand when the time is up, unless it was destroyed before. Typically closes the socket that
/// an operation waits for, which makes the operation fail. Belongs to the strand.
class Deadline {
public:
    Deadline(const boost::asio::any_io_executor& strand, std::chrono::milliseconds after,
             std::function<void()> on_expiry);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    [[nodiscard]] bool expired() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace laminar
