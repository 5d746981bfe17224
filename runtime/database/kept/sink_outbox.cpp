#include "runtime/database/kept/sink_outbox.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

#include "runtime/storage/crash_point.h"

namespace laminar {

SinkOutbox::SinkOutbox(SinkKeeping keeping, std::string connection)
    : keeping_(std::move(keeping)),
      connection_(std::move(connection)),
      outbox_(keeping_.engine, keeping_.owner),
      waits_for_clients_until_(Clock::now() + wait_for_clients) {
    for (Outbox::Entry& entry : outbox_.read()) {
        last_place_ = entry.place;
        bytes_ += entry.framed.message.byte_size();
        waiting_.push_back({std::move(entry), true});
    }
}

void SinkOutbox::wait_again(Underway& message) {
    bytes_ += message.entry.framed.message.byte_size();
    const auto place =
        std::lower_bound(waiting_.begin(), waiting_.end(), message.entry.place,
                         [](const Waiting& waiting, std::int64_t before) { return waiting.entry.place < before; });
    waiting_.insert(place, {std::move(message.entry), message.is_taken_up});
}

void SinkOutbox::look() {
    // Where connections are being closed, what they drop has not been sent.
    if (is_broken_ || underway_.empty() || keeping_.store.has_ended_sending()) return;
    const std::optional<std::uint64_t> length = keeping_.lengths.of(connection_);
    std::deque<Underway> still;
    for (Underway& message : underway_) {
        const SendReceipt& receipt = *message.receipt;
        bool is_done = message.receipt.use_count() == 1;
        std::atomic_thread_fence(std::memory_order_acquire);
        if (length || receipt.end.load() > 0) {
            // What a file that fails had taken may be in it: only the next start, which cuts it back, can tell.
            const std::uint64_t end = receipt.end.load();
            is_done = length && end > 0 && end <= *length;
        } else if (is_done && (receipt.lost.load() || (receipt.unheard.load() && message.is_taken_up &&
                                                       Clock::now() < waits_for_clients_until_))) {
            wait_again(message);
            continue;
        }
        if (is_done)
            done_.push_back(message.entry.place);
        else
            still.push_back(std::move(message));
    }
    underway_ = std::move(still);
}

void SinkOutbox::keep() {
    if (is_broken_) return;
    kept_.clear();
    for (const FramedMessage& framed : made_)
        kept_.push_back({last_place_ + 1 + static_cast<std::int64_t>(kept_.size()), framed});
    outbox_.add(kept_);
    outbox_.remove(done_);
    forgotten_ = done_.size();
}

void SinkOutbox::on_commit() {
    if (!kept_.empty()) last_place_ = kept_.back().place;
    std::move(kept_.begin(), kept_.end(), std::back_inserter(committed_));
    kept_.clear();
    made_.clear();
    done_.erase(done_.begin(), done_.begin() + static_cast<std::ptrdiff_t>(std::exchange(forgotten_, 0)));
}

std::shared_ptr<std::vector<Outbox::Entry>> SinkOutbox::take_batch() {
    if (committed_.empty()) return nullptr;
    return std::make_shared<std::vector<Outbox::Entry>>(std::exchange(committed_, {}));
}

void SinkOutbox::release_batch(std::vector<Outbox::Entry>& batch) {
    for (Outbox::Entry& entry : batch) {
        bytes_ += entry.framed.message.byte_size();
        waiting_.push_back({std::move(entry), false});
    }
    batch.clear();
}

bool SinkOutbox::send(Connection* connection, const Undeliverable& undeliverable) {
    while (!waiting_.empty()) {
        Waiting& first = waiting_.front();
        const FramedMessage& framed = first.entry.framed;
        Underway message{first.entry, std::make_shared<SendReceipt>(), first.is_taken_up};
        SendOutcome outcome = SendOutcome::session_ended;
        // Clients and sessions are numbered by the process: those of one before are nobody, or somebody else.
        if (!first.is_taken_up || (!framed.message.session && framed.message.peer.empty())) {
            OutgoingMessage sent = framed.message;
            sent.receipt = message.receipt;
            outcome = connection ? connection->send(std::move(sent)) : SendOutcome::failed;
        }
        // It waits for a connection that works: the next one, or that of the next start.
        if (outcome == SendOutcome::failed || outcome == SendOutcome::not_connected) return !is_full();
        if (outcome == SendOutcome::full) return false;
        if (outcome == SendOutcome::accepted) {
            underway_.push_back(std::move(message));
        } else {
            undeliverable(framed, outcome);
            done_.push_back(first.entry.place);
        }
        bytes_ -= framed.message.byte_size();
        waiting_.pop_front();
        crash_point("outbox.sent");
    }
    return true;
}

}  // namespace laminar
