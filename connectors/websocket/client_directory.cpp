#include "connectors/websocket/client_directory.h"

#include <algorithm>
#include <utility>

namespace laminar {

ClientStatus ServerClient::status() const {
    ClientStatus status;
    status.id = id;
    status.remote_address = remote_address;
    status.tls_subject = tls_subject;
    status.subprotocol = subprotocol;
    status.connected_since = connected_since;
    status.last_message_at = traffic.last_message_at.load();
    status.messages_received = traffic.messages_received.load();
    status.messages_sent = traffic.messages_sent.load();
    status.bytes_received = traffic.bytes_received.load();
    status.bytes_sent = traffic.bytes_sent.load();
    status.queued_messages = outbound.size();
    status.messages_dropped = traffic.messages_dropped.load();
    return status;
}

ClientDirectory::Admission ClientDirectory::take_place(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    if (places_ >= options_.max_connections) return Admission::too_many;
    std::size_t& of_address = places_by_ip_[ip];
    if (options_.max_connections_per_ip > 0 && of_address >= options_.max_connections_per_ip) {
        return Admission::too_many_of_address;
    }
    ++of_address;
    ++places_;
    return Admission::granted;
}

void ClientDirectory::leave_place(const std::string& ip) {
    const std::lock_guard lock(mutex_);
    --places_;
    const auto of_address = places_by_ip_.find(ip);
    if (--of_address->second == 0) places_by_ip_.erase(of_address);
}

std::string ClientDirectory::next_id() {
    const std::lock_guard lock(mutex_);
    return "c" + std::to_string(++last_id_);
}

std::uint64_t ClientDirectory::last_id() const {
    const std::lock_guard lock(mutex_);
    return last_id_;
}

void ClientDirectory::set_last_id(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    last_id_ = id;
}

void ClientDirectory::enroll(std::shared_ptr<ServerClient> client) {
    const std::lock_guard lock(mutex_);
    clients_.emplace(client->id, std::move(client));
}

void ClientDirectory::dismiss(const std::string& id) {
    const std::lock_guard lock(mutex_);
    clients_.erase(id);
}

SendOutcome ClientDirectory::send_to(ServerClient& client, const OutgoingMessage& message,
                                     std::uint64_t& dropped) const {
    std::size_t lost = 0;
    if (options_.slow_client == SlowClientPolicy::drop_oldest) {
        lost = client.outbound.push_dropping_oldest(message);
    } else if (!client.outbound.push(message)) {
        if (options_.slow_client == SlowClientPolicy::block) return SendOutcome::full;
        lost = 1;
        client.disconnect();
    }
    client.traffic.messages_dropped.fetch_add(lost, std::memory_order_relaxed);
    dropped += lost;
    return SendOutcome::accepted;
}

SendOutcome ClientDirectory::send(const OutgoingMessage& message, std::uint64_t& dropped) {
    const std::lock_guard lock(mutex_);
    if (!message.client_id.empty()) {
        const auto client = clients_.find(message.client_id);
        return client == clients_.end() ? SendOutcome::no_such_client : send_to(*client->second, message, dropped);
    }
    if (!options_.broadcast) return SendOutcome::no_such_client;
    if (clients_.empty()) {
        ++dropped;
        return SendOutcome::accepted;
    }
    if (options_.slow_client == SlowClientPolicy::block) {
        // Queues only shrink while we hold the lock, so that what has room now still has it below.
        const auto full = std::find_if(clients_.begin(), clients_.end(), [&message](const auto& entry) {
            return entry.second->outbound.is_full(message.payload->size());
        });
        if (full != clients_.end()) {
            full->second->outbound.note_refusal();
            return SendOutcome::full;
        }
    }
    for (const auto& [id, client] : clients_) send_to(*client, message, dropped);
    return SendOutcome::accepted;
}

std::size_t ClientDirectory::size() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
}

std::vector<ClientStatus> ClientDirectory::statuses() const {
    std::vector<ClientStatus> statuses;
    {
        const std::lock_guard lock(mutex_);
        statuses.reserve(clients_.size());
        for (const auto& [id, client] : clients_) statuses.push_back(client->status());
    }
    std::sort(statuses.begin(), statuses.end(), [](const ClientStatus& a, const ClientStatus& b) {
        return std::pair(a.id.size(), std::string_view(a.id)) < std::pair(b.id.size(), std::string_view(b.id));
    });
    return statuses;
}

bool ClientDirectory::queues_empty() const {
    const std::lock_guard lock(mutex_);
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const auto& entry) { return entry.second->outbound.is_empty(); });
}

}  // namespace laminar
