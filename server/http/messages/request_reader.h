#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "connectors/net/strand_event.h"
#include "connectors/net/task_group.h"
#include "server/http/messages/answer.h"
#include "server/http/messages/request.h"
#include "server/session/transport.h"

namespace laminar::http {

/// Reads the requests of one client, each within limits of size and time. Belongs to the transport's strand.
class RequestReader : public std::enable_shared_from_this<RequestReader> {
public:
    struct Limits {
        std::size_t most_head = 16 << 10;
        std::size_t most_body = 16u << 20;
        std::chrono::milliseconds idle{60'000};     ///< Until the first byte of a request.
        std::chrono::milliseconds request{30'000};  ///< From there to its end.
    };

    RequestReader(std::shared_ptr<Transport> transport, const boost::asio::any_io_executor& strand, TaskGroup& tasks,
                  const Limits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    struct Gone {};  ///< The client has closed, or has asked for nothing for too long.
    using Next = std::variant<Request, Error, Gone>;
    /// A request without its body. After an error the rest of the connection makes no sense any more.
    /// time_to_first_byte: idle_time, but for the first request.
    boost::asio::awaitable<Next> next(std::chrono::milliseconds time_to_first_byte);
    /// Its body, which is to be read before the next one. Gone and errors as above.
    using Body = std::variant<std::string, Error, Gone>;
    /// most: so many bytes, at most those of the limits.
    boost::asio::awaitable<Body> body(bool is_waited_for, std::size_t most);
    [[nodiscard]] const Limits& limits() const noexcept { return limits_; }

    /// While a request is answered: on_gone is called when the client closes. Whatever it sends meanwhile is kept, to a
    /// bound, for next.
    void watch(std::function<void()> on_gone);
    void end_watch() { on_gone_ = nullptr; }

    /// Reads and forgets what still comes, so that the client gets the last answer: to its end, or for so long.
    boost::asio::awaitable<void> drain(std::chrono::milliseconds time);

    /// What has come and belongs to no request: the rest of the connection is for somebody else.
    [[nodiscard]] std::string take_rest() noexcept { return std::move(input_); }

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Parser;

    void start_reading();
    boost::asio::awaitable<void> read_once(std::shared_ptr<RequestReader> self);
    /// Some more bytes are in input_. False: the client is gone, or the time is up.
    boost::asio::awaitable<bool> more(Time deadline);

    const std::shared_ptr<Transport> transport_;
    const boost::asio::any_io_executor strand_;
    TaskGroup& tasks_;
    const Limits limits_;
    const StrandEvent received_;
    std::unique_ptr<Parser> parser_;  ///< Of the request whose body is to be read.
    Time deadline_;                   ///< Of that request.
    std::string input_;
    bool is_reading_ = false;
    bool is_gone_ = false;
    std::function<void()> on_gone_;
};

}  // namespace laminar::http
