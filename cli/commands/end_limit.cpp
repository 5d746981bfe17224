#include "cli/commands/end_limit.h"

#include <utility>

namespace laminar {

EndLimit::EndLimit(std::chrono::milliseconds limit, std::function<void()> on_exceeded)
    : thread_([this, limit, on_exceeded = std::move(on_exceeded)] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_for(lock, limit, [this] { return ended_; })) return;
          lock.unlock();
          on_exceeded();
      }) {}

EndLimit::~EndLimit() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

}  // namespace laminar
