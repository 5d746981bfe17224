#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "connectors/net/io_runtime.h"
#include "connectors/net/server_address.h"
#include "connectors/net/task_group.h"
#include "server/login/access.h"

namespace laminar {

/// The address of a server, the thread that its sockets live on, and the coroutines that serve its clients. One thread
/// calls it.
class Listener {
public:
    /// Takes the address; clients wait until serve. Blocks for the look-up of a host's name. name: of the protocol, for
    /// messages. Throws std::runtime_error, which says what is wrong.
    Listener(std::string name, const ListenAddress& address);
    /// Cuts off whoever is still there.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Accepts clients from now on, each with a strand of its own.
    void serve(ServerAddress::Welcome welcome);
    /// Whatever serves clients is one of them.
    [[nodiscard]] TaskGroup& coroutines() noexcept { return coroutines_; }
    /// Where it listens.
    [[nodiscard]] const boost::asio::ip::tcp::endpoint& endpoint() const noexcept { return address_.endpoint(); }

    /// Nobody comes in any more, and the coroutines are told to end. Blocks; false when some had to be cut off after
    /// the deadline.
    bool shut_down(std::chrono::milliseconds deadline);

private:
    const std::string name_;
    IoRuntime io_;
    const boost::asio::any_io_executor strand_;
    ServerAddress address_;
    TaskGroup coroutines_;  ///< Last: they refer to everything above.
};

/// Answers go out at once, and a peer that has vanished is found out in minutes. Where it is; nothing: gone already.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> prepare_client_socket(boost::asio::ip::tcp::socket& socket);

}  // namespace laminar
