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

}  // namespace laminar::postgres
