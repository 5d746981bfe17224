#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/options/secret_resolver.h"
#include "connectors/connection.h"
#include "connectors/net/strand_event.h"
#include "connectors/websocket/client/client_connector.h"
#include "connectors/websocket/session/opening.h"

namespace laminar {

/// test_connection in client mode: connects to every endpoint, one after the other, beside the connection itself; when
/// something is awaited before it would count as connected, it says what is to be said first, too. Belongs to a strand
/// of its own; borrows what it is made from.
class ClientTrial {
public:
    ClientTrial(boost::asio::any_io_executor strand, const WebSocketOptions& options, const SecretResolver& secrets,
                const FeedPosition& position);

    /// timeout is for all endpoints together. Details may hold secrets.
    boost::asio::awaitable<std::vector<ConnectionTestStep>> run(std::chrono::milliseconds timeout);
    void abort();

private:
    boost::asio::awaitable<void> try_endpoint(const ComputedText& endpoint, std::vector<ConnectionTestStep>& steps);
    boost::asio::awaitable<ConnectionTestStep> open(MessageStream& stream, const OpeningScript& script);

    boost::asio::any_io_executor strand_;
    const WebSocketOptions& written_;
    const SecretResolver& secrets_;
    std::shared_ptr<const WebSocketOptions> options_;  ///< With the secrets of this trial.
    const FeedPosition& position_;
    std::optional<ClientConnector> connector_;
    MessageStream* stream_ = nullptr;  ///< Of the attempt that is going on.
    StrandEvent abort_event_;
    bool aborted_ = false;
};

}  // namespace laminar
