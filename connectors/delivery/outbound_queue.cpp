#include "connectors/delivery/outbound_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

void OutboundQueue::set_wake(std::function<void()> wake) {
    const MutexLock lock(mutex_);
    wake_ = std::move(wake);
    if (wake_) forget_slowness();  // Another connection, another peer.
    writer_awake_ = true;          // A writer looks before it sleeps.
}

bool OutboundQueue::full_for(std::size_t payload_size) const noexcept {
    const std::size_t count = waiting_.size() + taken_.size();
    // A single message may be larger than all the room: it goes alone.
    return count >= limits_.messages || (count > 0 && bytes_ + payload_size > limits_.bytes);
}

void OutboundQueue::forget_slowness() noexcept {
    slow_ = false;
    marked_at_.reset();
}

/// Of what was in the queue, as the peer took it or for want of room.
void OutboundQueue::count_gone(std::size_t count) noexcept {
    gone_ += count;
    if (!slow_ && gone_ >= mark_) marked_at_.reset();
}

OutboundQueue::Room OutboundQueue::room_for(std::size_t payload_size, Clock::time_point now) {
    const MutexLock lock(mutex_);
    if (!full_for(payload_size)) return Room::free;
    refused_ = true;
    ++refusals_;
    if (!marked_at_) {
        marked_at_ = now;
        mark_ = gone_ + waiting_.size() + taken_.size();
    }
    slow_ = slow_ || now - *marked_at_ >= limits_.slow_after;
    return slow_ ? Room::slow : Room::full;
}

std::uint64_t OutboundQueue::gone() const {
    const MutexLock lock(mutex_);
    return gone_;
}

std::uint64_t OutboundQueue::refusals() const {
    const MutexLock lock(mutex_);
    return refusals_;
}

bool OutboundQueue::push(const OutgoingMessage& message) {
    MutexLock lock(mutex_);
    if (surrendered_ || full_for(message.payload->size())) {
        refused_ = true;
        ++refusals_;
        return false;
    }
    waiting_.push_back(message);
    bytes_ += message.payload->size();
    if (writer_awake_ || !wake_) return true;
    writer_awake_ = true;
    const std::function<void()> wake = wake_;
    lock.unlock();
    wake();
    return true;
}

std::size_t OutboundQueue::push_dropping_oldest(const OutgoingMessage& message) {
    std::size_t dropped = 0;
    {
        const MutexLock lock(mutex_);
        while (full_for(message.payload->size()) && !waiting_.empty()) {
            bytes_ -= waiting_.front().payload->size();
            waiting_.pop_front();
            ++dropped;
        }
        count_gone(dropped);
    }
    // Everything is on the wire already: then the newest has no place.
    if (!push(message)) ++dropped;
    return dropped;
}

std::size_t OutboundQueue::first_of(std::optional<std::int64_t> session) const {
    std::size_t index = 0;
    while (session && index < waiting_.size() && waiting_[index].session != session) ++index;
    return index;
}

std::optional<OutgoingMessage> OutboundQueue::take(std::optional<std::int64_t> session) {
    const MutexLock lock(mutex_);
    const std::size_t first = first_of(session);
    if (first >= waiting_.size()) {
        writer_awake_ = false;
        return std::nullopt;
    }
    taken_.push_back(std::move(waiting_[first]));
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(first));
    return taken_.back();
}

bool OutboundQueue::is_done(std::optional<std::int64_t> session) const {
    const MutexLock lock(mutex_);
    return taken_.empty() && first_of(session) >= waiting_.size();
}

bool OutboundQueue::has_waiting(std::optional<std::int64_t> session) const {
    const MutexLock lock(mutex_);
    return first_of(session) < waiting_.size();
}

bool OutboundQueue::has_more_for_writer(std::optional<std::int64_t> session) {
    const MutexLock lock(mutex_);
    const bool found = first_of(session) < waiting_.size();
    if (!found) writer_awake_ = false;
    return found;
}

std::vector<OutgoingMessage> OutboundQueue::remove_bound() {
    const MutexLock lock(mutex_);
    std::vector<OutgoingMessage> removed;
    boost::container::deque<OutgoingMessage> kept;
    for (OutgoingMessage& message : waiting_) {
        if (message.session) {
            bytes_ -= message.payload->size();
            removed.push_back(std::move(message));
        } else {
            kept.push_back(std::move(message));
        }
    }
    waiting_ = std::move(kept);
    count_gone(removed.size());
    return removed;
}

void OutboundQueue::note_handed_over(std::size_t count) {
    const MutexLock lock(mutex_);
    for (; count > 0 && handed_over_ < taken_.size(); --count) taken_[handed_over_++].handed_over = true;
}

bool OutboundQueue::confirm(std::size_t count) {
    const MutexLock lock(mutex_);
    handed_over_ -= std::min(count, handed_over_);
    for (std::size_t i = 0; i < count; ++i) {
        bytes_ -= taken_.front().payload->size();
        taken_.pop_front();
    }
    count_gone(count);
    if (waiting_.size() + taken_.size() <= limits_.messages / 2 && bytes_ <= limits_.bytes / 2) forget_slowness();
    return count > 0 && std::exchange(refused_, false);
}

std::size_t OutboundQueue::restore(std::size_t sent) {
    const MutexLock lock(mutex_);
    const auto end = taken_.begin() + static_cast<std::ptrdiff_t>(std::min(sent, taken_.size()));
    const auto count =
        std::count_if(taken_.begin(), end, [](const OutgoingMessage& message) { return !message.session; });
    handed_over_ = 0;
    while (!taken_.empty()) {
        waiting_.push_front(std::move(taken_.back()));
        taken_.pop_back();
    }
    return static_cast<std::size_t>(count);
}

std::vector<OutgoingMessage> OutboundQueue::surrender() {
    restore();
    const MutexLock lock(mutex_);
    surrendered_ = true;
    std::vector<OutgoingMessage> messages(std::make_move_iterator(waiting_.begin()),
                                          std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    bytes_ = 0;
    return messages;
}

void OutboundQueue::adopt(std::vector<OutgoingMessage> messages) {
    const MutexLock lock(mutex_);
    for (const OutgoingMessage& message : messages) bytes_ += message.payload->size();
    waiting_.insert(waiting_.begin(), std::make_move_iterator(messages.begin()),
                    std::make_move_iterator(messages.end()));
}

std::size_t OutboundQueue::clear(bool gives_up) {
    const MutexLock lock(mutex_);
    for (const boost::container::deque<OutgoingMessage>* messages : {&waiting_, &taken_}) {
        for (const OutgoingMessage& message : *messages) {
            if (gives_up && message.receipt) message.receipt->lost.store(true);
        }
    }
    const std::size_t count = waiting_.size() + taken_.size();
    waiting_.clear();
    taken_.clear();
    handed_over_ = 0;
    bytes_ = 0;
    count_gone(count);
    return count;
}

UnsentMessages OutboundQueue::unsent() const {
    const MutexLock lock(mutex_);
    UnsentMessages unsent;
    for (const boost::container::deque<OutgoingMessage>* messages : {&waiting_, &taken_}) {
        for (const OutgoingMessage& message : *messages) ++(message.handed_over ? unsent.unproven : unsent.waiting);
    }
    return unsent;
}

bool OutboundQueue::is_empty() const { return size() == 0; }

std::size_t OutboundQueue::size() const {
    const MutexLock lock(mutex_);
    return waiting_.size() + taken_.size();
}

}  // namespace laminar
