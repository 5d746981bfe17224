#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/net/tls_context.h"

namespace laminar {

/// The bytes of one client, plain or over TLS. One read and one write at a time; belongs to the socket's strand.
class Transport {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using TlsStream = boost::asio::ssl::stream<Socket>;

    explicit Transport(Socket socket) : plain_(std::move(socket)) {}

    /// Exactly so many bytes, appended; they take memory as they come, whatever the client has announced. False: the
    /// client is gone.
    boost::asio::awaitable<bool> read(std::string& bytes, std::size_t count);
    /// Some bytes, at least one and few KiB at most, appended. False: the client is gone.
    boost::asio::awaitable<bool> read_some(std::string& bytes);
    /// How many were sent; 0: the client is gone.
    boost::asio::awaitable<std::size_t> write_some(std::string_view bytes);
    boost::asio::awaitable<bool> write(std::string_view bytes);

    /// What follows is over TLS. False, with problem saying why. Bytes that came before it are none of it: they are
    /// refused.
    boost::asio::awaitable<bool> start_tls(boost::asio::ssl::context& context, std::string& problem);
    [[nodiscard]] bool is_encrypted() const noexcept { return tls_ != nullptr; }

    /// The client is told that no more comes.
    void end_sending();
    /// Reads and forgets, until the client closes or the socket is closed.
    boost::asio::awaitable<void> drain();

    /// Closes the socket, which ends what waits.
    void abort();

    /// What it was made of, for somebody else: the socket, or what is over it. It has neither any more.
    [[nodiscard]] std::pair<Socket, std::unique_ptr<TlsStream>> release() {
        return {std::move(plain_), std::move(tls_)};
    }

private:
    static constexpr std::size_t buffer_size = 8 << 10;

    [[nodiscard]] Socket& socket() noexcept { return tls_ ? tls_->next_layer() : plain_; }
    boost::asio::awaitable<bool> fill();

    Socket plain_;
    std::unique_ptr<TlsStream> tls_;
    TlsPeerReport tls_report_;
    std::array<char, buffer_size> buffer_{};
    std::size_t begin_ = 0;  ///< Of what has been received and not been read.
    std::size_t end_ = 0;
    bool is_gone_ = false;  ///< Reading has failed: what is asked for then would never come.
};

}  // namespace laminar
