#include "server/postgres/client_directory.h"

#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "server/login/scram_verifier.h"

namespace laminar::postgres {

std::optional<CancelKey> ClientDirectory::enter() {
    CancelKey key;
    const std::string secret = random_bytes(sizeof key.secret);
    std::memcpy(&key.secret, secret.data(), sizeof key.secret);
    const MutexLock lock(mutex_);
    if (places_.size() >= limit_) return std::nullopt;
    do {
        last_process_ = last_process_ == std::numeric_limits<std::int32_t>::max() ? 1 : last_process_ + 1;
    } while (places_.contains(last_process_));
    key.process = last_process_;
    places_[key.process].secret = key.secret;
    return key;
}

void ClientDirectory::enroll(const CancelKey& key, std::weak_ptr<ClientSession> session) {
    const MutexLock lock(mutex_);
    places_.at(key.process).session = std::move(session);
}

void ClientDirectory::leave(const CancelKey& key) {
    const MutexLock lock(mutex_);
    places_.erase(key.process);
}

void ClientDirectory::cancel(const CancelKey& key) {
    std::shared_ptr<ClientSession> session;
    {
        const MutexLock lock(mutex_);
        const auto place = places_.find(key.process);
        if (place == places_.end() || place->second.secret != key.secret) return;
        session = place->second.session.lock();
    }
    if (session) session->cancel();
}

}  // namespace laminar::postgres
