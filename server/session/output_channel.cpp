#include "server/session/output_channel.h"

namespace laminar {

std::string OutputChannel::take_output() {
    const MutexLock lock(mutex_);
    return std::exchange(waiting_, {});
}

void OutputChannel::sent(std::size_t bytes) {
    const MutexLock lock(mutex_);
    unsent_ -= bytes;
    sent_ += bytes;
    changed_.notify_all();
}

bool OutputChannel::is_finished() const {
    const MutexLock lock(mutex_);
    return finished_;
}

void OutputChannel::end(End how) {
    const MutexLock lock(mutex_);
    if (end_ != End::none && !(end_ == End::shut_down && how == End::client_gone)) return;
    end_ = how;
    changed_.notify_all();
}

OutputChannel::End OutputChannel::ending() const {
    const MutexLock lock(mutex_);
    return end_;
}

bool OutputChannel::write(std::string_view bytes) {
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

void OutputChannel::finish() {
    {
        const MutexLock lock(mutex_);
        finished_ = true;
    }
    output_.post();
}

}  // namespace laminar
