#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "connectors/connection.h"
#include "connectors/delivery/outbound_queue.h"
#include "connectors/websocket/options/options.h"
#include "connectors/websocket/session/peer_traffic.h"

namespace laminar {

/// A client of a server as others see it.
struct ServerClient {
    ServerClient(std::int64_t session, OutboundQueue::Limits limits)
        : id(client_id_of(session)), session_id(session), outbound(limits) {}

    /// A client is one session: "c" and its number.
    [[nodiscard]] static std::string client_id_of(std::int64_t session) { return "c" + std::to_string(session); }

    /// Its row of system.websocket_clients.
    [[nodiscard]] std::vector<FactValue> row() const;

    const std::string id;
    const std::int64_t session_id;
    // Constant once it is enrolled:
    std::string remote_address;
    std::string tls_subject;
    std::string subprotocol;
    std::int64_t connected_since = 0;

    OutboundQueue outbound;
    PeerTraffic traffic;
    std::function<void()> disconnect;  ///< Ends it because it is too slow; any thread.
};

/// The clients of one server: who is there, how many may be, and what is sent to whom. Thread-safe.
class ClientDirectory {
public:
    explicit ClientDirectory(const WebSocketOptions& options) : options_(options) {}

    /// Counts a connection of an address, from the moment it is accepted, whether it ever becomes a client or not; to
    /// be taken back with leave_address. False, and not counted: the address has max_connections_per_ip.
    [[nodiscard]] bool enter_address(const std::string& ip);
    void leave_address(const std::string& ip);
    /// Takes a place among max_connections, to be given back with leave_place. False: there is none.
    [[nodiscard]] bool take_place();
    void leave_place();

    void enroll(std::shared_ptr<ServerClient> client);
    void dismiss(const std::string& id);

    /// Sends to a client or a session, or to all. dropped receives how many messages found no receiver or no room.
    SendOutcome send(const OutgoingMessage& message, std::uint64_t& dropped);

    [[nodiscard]] std::size_t size() const;
    /// All of them, in order of arrival.
    [[nodiscard]] std::vector<std::vector<FactValue>> rows() const;
    [[nodiscard]] UnsentMessages unsent() const;

private:
    /// What is to be done for a client now: room.free, wait for it, or let it feel the policy (slow).
    [[nodiscard]] OutboundQueue::Room room_for(ServerClient& client, const OutgoingMessage& message) const;
    void send_to(ServerClient& client, const OutgoingMessage& message, std::uint64_t& dropped) const;

    const WebSocketOptions& options_;
    mutable Mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<ServerClient>> clients_ LAMINAR_GUARDED_BY(mutex_);
    std::unordered_map<std::string, std::size_t> connections_by_ip_ LAMINAR_GUARDED_BY(mutex_);
    std::size_t places_ LAMINAR_GUARDED_BY(mutex_) = 0;
};

}  // namespace laminar
