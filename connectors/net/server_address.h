#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "connectors/net/name_resolution.h"
#include "connectors/net/strand_event.h"

namespace laminar {

/// The address at which a server listens: taken before it opens, given up and taken back while another server tries to
/// have it. From when it is held, the system keeps those who come until they are accepted. Belongs to its strand.
class ServerAddress {
public:
    explicit ServerAddress(const boost::asio::any_io_executor& strand);

    /// Does nothing when it is held. False: problem says why, and is_taken whether somebody else has it.
    boost::asio::awaitable<bool> take(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds time_to_resolve);
    /// Once more, after give_up.
    [[nodiscard]] bool take_back();
    /// Ends take and accept_all.
    void give_up();
    [[nodiscard]] bool is_held() const { return acceptor_.is_open(); }
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] bool is_taken() const noexcept { return is_taken_; }
    /// Where it listens, or did at last.
    [[nodiscard]] const boost::asio::ip::tcp::endpoint& endpoint() const noexcept { return endpoint_; }

    /// Accepts as long as the address is held, each client with a strand of its own. on_problem is told what the system
    /// refuses; it is tried again. Both are kept for as long.
    using Welcome = std::function<void(boost::asio::ip::tcp::socket, const boost::asio::any_io_executor& strand)>;
    boost::asio::awaitable<void> accept_all(boost::asio::io_context& io, Welcome welcome,
                                            std::function<void(const std::string&)> on_problem);

private:
    const boost::asio::any_io_executor strand_;
    boost::asio::ip::tcp::acceptor acceptor_;
    StrandEvent given_up_;  ///< Ends the wait after a problem.
    std::shared_ptr<NameResolution> resolution_;
    boost::asio::ip::tcp::endpoint endpoint_;
    std::string problem_;
    bool is_taken_ = false;
};

}  // namespace laminar
