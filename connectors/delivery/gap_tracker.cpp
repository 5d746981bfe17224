#include "connectors/delivery/gap_tracker.h"

#include <utility>

namespace laminar {

void GapTracker::lost(const std::string& reason, const std::string& position, std::uint64_t maybe_lost) {
    gap_.emplace();
    gap_->connection = journal_.name();
    gap_->started_at = utc_now();
    gap_->last_message_at = journal_.last_message_at.load();
    gap_->reason = journal_.redact(reason);
    gap_->last_position = position;
    gap_->maybe_lost = maybe_lost;
    awaits_position_ = false;
    journal_.report(*gap_);
}

void GapTracker::failed() {
    if (!gap_ || gap_->ended_at != 0) return;
    ++gap_->attempts;
    journal_.report(*gap_);
}

void GapTracker::connected(bool resumed) {
    if (!gap_ || gap_->ended_at != 0) return;
    ++gap_->attempts;
    gap_->ended_at = utc_now();
    gap_->resumed = resumed && !gap_->last_position.empty();
    awaits_position_ = true;
    journal_.report(*gap_);
}

void GapTracker::position_seen(std::string position) {
    awaits_position_ = false;
    if (!gap_) return;
    gap_->next_position = std::move(position);
    journal_.report(*gap_);
}

std::optional<ConnectionGap> GapTracker::open() const { return gap_ && gap_->ended_at == 0 ? gap_ : std::nullopt; }

void GapTracker::adopt(ConnectionGap gap) { gap_ = std::move(gap); }

}  // namespace laminar
