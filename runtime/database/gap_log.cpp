#include "runtime/database/gap_log.h"

#include <algorithm>

#include "catalog/threads/mutex.h"

namespace laminar {

void GapLog::put(const ConnectionGap& gap) {
    const MutexLock lock(mutex_);
    const auto known = std::find_if(gaps_.rbegin(), gaps_.rend(), [&gap](const ConnectionGap& other) {
        return other.started_at == gap.started_at && other.connection == gap.connection && other.peer == gap.peer;
    });
    if (known != gaps_.rend()) {
        *known = gap;
        return;
    }
    if (gaps_.size() == capacity_) gaps_.pop_front();
    gaps_.push_back(gap);
}

std::vector<ConnectionGap> GapLog::gaps() const {
    const MutexLock lock(mutex_);
    return {gaps_.begin(), gaps_.end()};
}

}  // namespace laminar
