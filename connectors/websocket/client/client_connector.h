#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"
#include "connectors/net/tls_context.h"
#include "connectors/websocket/client/feed_position.h"
#include "connectors/websocket/frames/message_stream.h"
#include "connectors/websocket/options/options.h"

namespace laminar {

/// Why an attempt to connect failed.
struct ConnectFailure {
    /// secret_missing, invalid_option, resolve_failed, connect_failed, proxy_failed, tls_failed, handshake_failed,
    /// subscribe_failed.
    std::string event;
    std::string description;
    int http_status = 0;
    std::optional<std::chrono::milliseconds> retry_after;

    /// Whether trying again is of no use unless something changes on our side.
    [[nodiscard]] bool lies_with_us() const { return event == "secret_missing" || event == "invalid_option"; }
};

/// A WebSocket connection that has shaken hands, as a client.
struct ConnectedPeer {
    std::shared_ptr<TlsPeerReport> tls_report;  ///< Referred to by the stream: declared first, destroyed last.
    std::unique_ptr<MessageStream> stream;
    std::shared_ptr<boost::asio::ssl::context> tls_context;  ///< Kept for others to share; null for ws.
    std::string remote_address;                              ///< With a proxy: the proxy's.
    std::string description;  ///< Address, proxy, TLS version and subprotocol, for the log.
    std::string subprotocol;  ///< Negotiated; empty when none was offered.
};

/// Makes connections to one endpoint: name, address, proxy, TLS, handshake. Belongs to its strand; borrows
/// options (with their secrets resolved), the position, and what remembers secrets.
class ClientConnector {
public:
    ClientConnector(boost::asio::any_io_executor strand, const WebSocketOptions& options, const FeedPosition& position,
                    const SecretResolver& secrets);

    /// One attempt at one of the endpoints. Null after filling failure. steps, if given, receives
    /// what was done and how long it took.
    boost::asio::awaitable<std::unique_ptr<ConnectedPeer>> connect(const ComputedText& endpoint,
                                                                   ConnectFailure& failure,
                                                                   std::vector<ConnectionTestStep>* steps);
    /// Makes the attempt that is going on fail, and all later ones.
    void abort();

private:
    struct Attempt;

    /// One request, to where it leads.
    boost::asio::awaitable<bool> go(Attempt& attempt);
    boost::asio::awaitable<bool> open_socket(Attempt& attempt);
    boost::asio::awaitable<bool> connect_to_first(const std::vector<boost::asio::ip::tcp::endpoint>& addresses,
                                                  Attempt& attempt);
    boost::asio::awaitable<bool> tunnel_through_proxy(Attempt& attempt);
    boost::asio::awaitable<bool> shake_hands_tls(Attempt& attempt);
    boost::asio::awaitable<bool> shake_hands_websocket(Attempt& attempt);
    /// Why the connection is of no use with the subprotocol that the server chose; empty when it is.
    [[nodiscard]] std::string check_subprotocol(const std::string& chosen) const;

    boost::asio::any_io_executor strand_;
    const WebSocketOptions& options_;
    const FeedPosition& position_;
    const SecretResolver& secrets_;
    std::function<void()> interrupt_;
    bool aborted_ = false;
};

/// What a server's Retry-After header asks for, in either of its forms; nothing when it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                                         std::chrono::system_clock::time_point now);

}  // namespace laminar
