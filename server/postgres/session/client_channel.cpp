#include "server/postgres/session/client_channel.h"

#include <utility>

namespace laminar::postgres {

void ClientChannel::put(FrontendMessage message) {
    const MutexLock lock(mutex_);
    input_bytes_ += message.body.size() + sizeof message;
    input_.push_back(std::move(message));
    changed_.notify_all();
}

bool ClientChannel::has_room() const {
    const MutexLock lock(mutex_);
    return input_bytes_ < most_input;
}

std::string ClientChannel::take_output() {
    const MutexLock lock(mutex_);
    return std::exchange(waiting_, {});
}

void ClientChannel::sent(std::size_t bytes) {
    const MutexLock lock(mutex_);
    unsent_ -= bytes;
    sent_ += bytes;
    changed_.notify_all();
}

bool ClientChannel::is_finished() const {
    const MutexLock lock(mutex_);
    return finished_;
}

void ClientChannel::end(End how) {
    const MutexLock lock(mutex_);
    if (end_ != End::none && !(end_ == End::shut_down && how == End::client_gone)) return;
    end_ = how;
    changed_.notify_all();
}

ClientChannel::End ClientChannel::ending() const {
    const MutexLock lock(mutex_);
    return end_;
}

std::optional<FrontendMessage> ClientChannel::next() {
    MutexLock lock(mutex_);
    changed_.wait(
        lock, [this]() LAMINAR_REQUIRES(mutex_) { return !input_.empty() || end_ != End::none || is_interrupted_; });
    if (end_ != End::none || is_interrupted_) return std::nullopt;
    const bool was_full = input_bytes_ >= most_input;
    FrontendMessage message = std::move(input_.front());
    input_.pop_front();
    input_bytes_ -= message.body.size() + sizeof message;
    if (was_full && input_bytes_ < most_input) room_.post();
    return message;
}

void ClientChannel::interrupt() noexcept {
    const MutexLock lock(mutex_);
    is_interrupted_ = true;
    changed_.notify_all();
}

void ClientChannel::forget_interrupt() noexcept {
    const MutexLock lock(mutex_);
    is_interrupted_ = false;
}

bool ClientChannel::write(const std::string& bytes) {
    MutexLock lock(mutex_);
    while (unsent_ >= most_output && !is_lost()) {
        const std::uint64_t sent_before = sent_;
        const bool moves = changed_.wait_for(
            lock, patience_, [&]() LAMINAR_REQUIRES(mutex_) { return sent_ != sent_before || is_lost(); });
        if (moves) continue;
        end_ = End::stands_still;
        lock.unlock();
        give_up_();
        return false;
    }
    if (is_lost()) return false;
    unsent_ += bytes.size();
    waiting_ += bytes;
    lock.unlock();
    output_.post();
    return true;
}

void ClientChannel::finish() {
    {
        const MutexLock lock(mutex_);
        finished_ = true;
    }
    output_.post();
}

}  // namespace laminar::postgres
