#include "runtime/database/connection_log.h"

#include "catalog/threads/mutex.h"

namespace laminar {

void ConnectionLog::add(ConnectionLogEntry entry) {
    const MutexLock lock(mutex_);
    if (entries_.size() == capacity_) entries_.pop_front();
    entries_.push_back(std::move(entry));
}

std::vector<ConnectionLogEntry> ConnectionLog::entries() const {
    const MutexLock lock(mutex_);
    return {entries_.begin(), entries_.end()};
}

}  // namespace laminar
