#include "runtime/database/kept/gap_log.h"

#include <algorithm>
#include <utility>

#include "catalog/threads/mutex.h"
#include "parser/text/ascii.h"

namespace laminar {

void GapLog::put(const ConnectionGap& gap) {
    const MutexLock lock(mutex_);
    any_changed_ = true;
    const auto known = std::find_if(gaps_.rbegin(), gaps_.rend(), [&gap](const Entry& entry) {
        const ConnectionGap& other = entry.numbered.gap;
        return other.started_at == gap.started_at && other.connection == gap.connection && other.peer == gap.peer;
    });
    if (known != gaps_.rend()) {
        known->numbered.gap = gap;
        known->is_changed = true;
        return;
    }
    if (gaps_.size() == capacity_) gaps_.pop_front();
    gaps_.push_back({{++last_number_, gap}});
}

std::vector<ConnectionGap> GapLog::gaps() const {
    const MutexLock lock(mutex_);
    std::vector<ConnectionGap> gaps;
    gaps.reserve(gaps_.size());
    for (const Entry& entry : gaps_) gaps.push_back(entry.numbered.gap);
    return gaps;
}

void GapLog::take_up(std::vector<Numbered> gaps) {
    const MutexLock lock(mutex_);
    for (Numbered& numbered : gaps) {
        last_number_ = numbered.number;
        gaps_.push_back({std::move(numbered), false});
    }
    while (gaps_.size() > capacity_) gaps_.pop_front();
}

std::vector<GapLog::Numbered> GapLog::take_changed() {
    std::vector<Numbered> changed;
    const MutexLock lock(mutex_);
    if (!std::exchange(any_changed_, false)) return changed;
    for (Entry& entry : gaps_) {
        if (std::exchange(entry.is_changed, false)) changed.push_back(entry.numbered);
    }
    return changed;
}

std::int64_t GapLog::first_number() const {
    const MutexLock lock(mutex_);
    return gaps_.empty() ? 0 : gaps_.front().numbered.number;
}

std::optional<ConnectionGap> GapLog::open_gap(std::string_view connection) const {
    const MutexLock lock(mutex_);
    for (auto entry = gaps_.rbegin(); entry != gaps_.rend(); ++entry) {
        const ConnectionGap& gap = entry->numbered.gap;
        if (!gap.peer.empty() || !equals_ignoring_case(gap.connection, connection)) continue;
        return gap.ended_at == 0 ? std::optional(gap) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace laminar
