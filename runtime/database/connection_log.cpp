#include "runtime/database/connection_log.h"

namespace laminar {

void ConnectionLog::add(ConnectionLogEntry entry) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() == capacity_) entries_.pop_front();
    entries_.push_back(std::move(entry));
}

std::vector<ConnectionLogEntry> ConnectionLog::entries() const {
    const std::lock_guard lock(mutex_);
    return {entries_.begin(), entries_.end()};
}

}  // namespace laminar
