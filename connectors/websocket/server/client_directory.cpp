#include "connectors/websocket/server/client_directory.h"

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

namespace {

FactValue text_or_null(const std::string& text) { return text.empty() ? FactValue() : FactValue(text); }
FactValue time_or_null(std::int64_t time) { return time == 0 ? FactValue() : FactValue(time); }
FactValue number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

}  // namespace

std::vector<FactValue> ServerClient::row() const {
    return {id,
            remote_address,
            time_or_null(connected_since),
            text_or_null(tls_subject),
            text_or_null(subprotocol),
            number(traffic.messages_received.load()),
            number(traffic.messages_sent.load()),
            number(traffic.bytes_received.load()),
            number(traffic.bytes_sent.load()),
            number(outbound.size()),
            number(traffic.messages_dropped.load()),
            time_or_null(traffic.last_message_at.load())};
}

bool ClientDirectory::enter_address(const std::string& ip) {
    const MutexLock lock(mutex_);
    std::size_t& of_address = connections_by_ip_[ip];
    if (options_.max_connections_per_ip > 0 && of_address >= options_.max_connections_per_ip) return false;
    ++of_address;
    return true;
}

void ClientDirectory::leave_address(const std::string& ip) {
    const MutexLock lock(mutex_);
    const auto of_address = connections_by_ip_.find(ip);
    if (--of_address->second == 0) connections_by_ip_.erase(of_address);
}

bool ClientDirectory::take_place() {
    const MutexLock lock(mutex_);
    if (places_ >= options_.max_connections) return false;
    ++places_;
    return true;
}

void ClientDirectory::leave_place() {
    const MutexLock lock(mutex_);
    --places_;
}

void ClientDirectory::enroll(std::shared_ptr<ServerClient> client) {
    const MutexLock lock(mutex_);
    clients_.emplace(client->id, std::move(client));
}

void ClientDirectory::dismiss(const std::string& id) {
    const MutexLock lock(mutex_);
    clients_.erase(id);
}

OutboundQueue::Room ClientDirectory::room_for(ServerClient& client, const OutgoingMessage& message) const {
    const OutboundQueue::Room room = client.outbound.room_for(message.payload->size());
    const bool waits = options_.slow_client == SlowClientPolicy::block;
    return waits && room == OutboundQueue::Room::slow ? OutboundQueue::Room::full : room;
}

void ClientDirectory::send_to(ServerClient& client, const OutgoingMessage& message, std::uint64_t& dropped) const {
    std::size_t lost = 0;
    if (options_.slow_client == SlowClientPolicy::drop_oldest) {
        lost = client.outbound.push_dropping_oldest(message);
    } else if (!client.outbound.push(message)) {
        lost = 1;
        client.disconnect();
    }
    client.traffic.messages_dropped.fetch_add(lost, std::memory_order_relaxed);
    dropped += lost;
}

SendOutcome ClientDirectory::send(const OutgoingMessage& message, std::uint64_t& dropped) {
    // Queues only shrink while we hold the lock, so that what has room now still has it below.
    const MutexLock lock(mutex_);
    if (message.session || !message.peer.empty()) {
        const std::string id = message.session ? ServerClient::client_id_of(*message.session) : message.peer;
        const auto client = clients_.find(id);
        // With both, both must be right.
        if (client == clients_.end() || (!message.peer.empty() && message.peer != id))
            return message.session ? SendOutcome::no_such_session : SendOutcome::no_such_peer;
        if (room_for(*client->second, message) == OutboundQueue::Room::full) return SendOutcome::full;
        send_to(*client->second, message, dropped);
        return SendOutcome::accepted;
    }
    if (!options_.broadcast) return SendOutcome::no_such_peer;
    if (clients_.empty()) {
        if (message.receipt) {
            message.receipt->unheard.store(true);
            return SendOutcome::accepted;
        }
        ++dropped;
        return SendOutcome::accepted;
    }
    // All are asked, so that the time of each that does not read begins now, not when another's is over.
    bool wait = false;
    for (const auto& [id, client] : clients_) wait = room_for(*client, message) == OutboundQueue::Room::full || wait;
    if (wait) return SendOutcome::full;
    for (const auto& [id, client] : clients_) send_to(*client, message, dropped);
    return SendOutcome::accepted;
}

std::size_t ClientDirectory::size() const {
    const MutexLock lock(mutex_);
    return clients_.size();
}

std::vector<std::vector<FactValue>> ClientDirectory::rows() const {
    std::vector<std::pair<std::int64_t, std::vector<FactValue>>> found;
    {
        const MutexLock lock(mutex_);
        for (const auto& [id, client] : clients_) found.emplace_back(client->session_id, client->row());
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::vector<FactValue>> rows;
    for (auto& [session, row] : found) rows.push_back(std::move(row));
    return rows;
}

UnsentMessages ClientDirectory::unsent() const {
    const MutexLock lock(mutex_);
    UnsentMessages unsent;
    for (const auto& [id, client] : clients_) unsent += client->outbound.unsent();
    return unsent;
}

}  // namespace laminar
