#include "connectors/delivery/pending_commits.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "connectors/delivery/input_channel.h"

namespace laminar {

void PendingCommits::add(std::uint64_t sequence, std::vector<std::string> ids, std::string peer,
                         std::vector<const InputChannel*> receivers) {
    if (ids.empty() || receivers.empty()) return;
    entries_[sequence] = {std::move(ids), std::move(peer), std::move(receivers)};
}

void PendingCommits::take_given_back(const InputChannel* channel, const InputChannel::GivenBack& given_back,
                                     const std::unordered_set<std::string>& failed,
                                     std::vector<AcknowledgementDue>& due) {
    const auto give_back = [&](std::uint64_t sequence, bool processed) {
        const auto entry = entries_.find(sequence);
        if (entry == entries_.end()) return;
        Entry& pending = entry->second;
        std::erase(pending.waiting_for, channel);
        pending.processed = pending.processed || processed;
        if (!failed.empty()) {
            pending.failed = pending.failed || std::any_of(pending.ids.begin(), pending.ids.end(),
                                                           [&](const std::string& id) { return failed.contains(id); });
        }
        finish_if_complete(entry, due);
    };
    for (const std::uint64_t sequence : given_back.processed) give_back(sequence, true);
    for (const std::uint64_t sequence : given_back.abandoned) give_back(sequence, false);
}

void PendingCommits::forget(const InputChannel* channel, std::vector<AcknowledgementDue>& due) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const bool concerned = std::erase(entry->second.waiting_for, channel) > 0;
        entry = concerned ? finish_if_complete(entry, due) : std::next(entry);
    }
}

PendingCommits::Entries::iterator PendingCommits::finish_if_complete(Entries::iterator entry,
                                                                     std::vector<AcknowledgementDue>& due) {
    Entry& pending = entry->second;
    if (!pending.waiting_for.empty()) return std::next(entry);
    if (pending.processed && !pending.failed) {
        for (std::string& id : pending.ids) due.push_back({std::move(id), pending.peer});
    }
    return entries_.erase(entry);
}

}  // namespace laminar
