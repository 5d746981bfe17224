#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "connectors/delivery/connection_journal.h"
#include "connectors/delivery/log_limit.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/server/client_directory.h"
#include "connectors/websocket/server/upgrade_policy.h"
#include "connectors/websocket/server/visit.h"

namespace laminar {

/// Decides who becomes a client of a server: TLS, the HTTP request, its credentials, and whether there is room. Whoever
/// is turned away gets the HTTP status that says why, and a line in the journal. Borrows its arguments.
class HandshakeAdmission {
public:
    HandshakeAdmission(const WebSocketOptions& options, ConnectionJournal& journal, ClientDirectory& clients);

    /// Takes the options with their secrets and loads the certificates, anew each time. False: the server cannot open
    /// because of problem. Only while there are no visits.
    bool prepare(const WebSocketOptions& resolved, std::string& problem);
    [[nodiscard]] bool uses_tls() const noexcept { return tls_ != nullptr; }

    /// Gives the visit its stream.
    void begin(Visit& visit) const;
    /// On the visit's strand. True: it is a WebSocket now, and holds a place. A place may be held, too, by a visit
    /// whose handshake failed after it was granted.
    boost::asio::awaitable<bool> admit(Visit& visit);
    /// Logs why somebody did not come in. Any thread.
    void log_refusal(const std::string& event, const std::string& text);

private:
    std::optional<UpgradeRefusal> take_place(Visit& visit) const;
    static boost::asio::awaitable<void> turn_away(Visit& visit, const UpgradeRefusal& refusal);

    const WebSocketOptions& options_;
    ConnectionJournal& journal_;
    ClientDirectory& clients_;
    LogLimit refusals_;  ///< Whoever reaches the port can be refused as often as it likes.
    UpgradePolicy policy_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
};

}  // namespace laminar
