#include "connectors/net/pending_handshakes.h"

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

std::uint64_t PendingHandshakes::first_to_give_way() const {
    std::size_t most = 0;
    for (const auto& [ip, count] : by_ip_) most = std::max(most, count);
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const auto& each) LAMINAR_REQUIRES(mutex_) {
        return by_ip_.at(each.second.ip) == most;
    });
    return entry->first;
}

void PendingHandshakes::erase(std::map<std::uint64_t, Entry>::iterator entry) {
    const auto of_address = by_ip_.find(entry->second.ip);
    if (--of_address->second == 0) by_ip_.erase(of_address);
    entries_.erase(entry);
}

std::uint64_t PendingHandshakes::add(const std::string& ip, std::function<void()> give_way) {
    std::function<void()> other_gives_way;
    std::uint64_t number = 0;
    {
        const MutexLock lock(mutex_);
        if (!entries_.empty() && entries_.size() >= limit_) {
            const auto entry = entries_.find(first_to_give_way());
            other_gives_way = std::move(entry->second.give_way);
            erase(entry);
        }
        number = ++last_;
        entries_.emplace(number, Entry{ip, std::move(give_way)});
        ++by_ip_[ip];
    }
    if (other_gives_way) other_gives_way();
    return number;
}

bool PendingHandshakes::remove(std::uint64_t number) {
    const MutexLock lock(mutex_);
    const auto entry = entries_.find(number);
    if (entry == entries_.end()) return false;
    erase(entry);
    return true;
}

std::size_t PendingHandshakes::size() const {
    const MutexLock lock(mutex_);
    return entries_.size();
}

}  // namespace laminar
