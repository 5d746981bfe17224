#include "cli/commands/end_limit.h"

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {

EndLimit::EndLimit(std::chrono::milliseconds limit, std::function<void()> on_exceeded)
    : thread_([this, limit, on_exceeded = std::move(on_exceeded)] {
          MutexLock lock(mutex_);
          if (changed_.wait_for(lock, limit, [this]() LAMINAR_REQUIRES(mutex_) { return ended_; })) return;
          lock.unlock();
          on_exceeded();
      }) {}

EndLimit::~EndLimit() {
    {
        const MutexLock lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

}  // namespace laminar
