#include "cli/shell/shell_output.h"

#include <utility>

#include "catalog/threads/mutex.h"

namespace laminar {
namespace {

constexpr std::size_t most_waiting = 1u << 20;

}  // namespace

void ShellOutput::write(std::string_view text) {
    if (text.empty()) return;
    MutexLock lock(mutex_);
    room_.wait(lock, [this]() LAMINAR_REQUIRES(mutex_) { return !wake_ || waiting_.size() < most_waiting; });
    if (!wake_) {
        file_.write(text);
        return;
    }
    waiting_ += text;
    wake_();
}

void ShellOutput::write_if_room(std::string_view text) {
    const MutexLock lock(mutex_);
    if (!wake_) return file_.write(text);
    if (waiting_.size() >= most_waiting) return;
    waiting_ += text;
    wake_();
}

void ShellOutput::begin_editing(std::function<void()> wake) {
    const MutexLock lock(mutex_);
    wake_ = std::move(wake);
}

std::string ShellOutput::take_waiting() {
    std::string text;
    {
        const MutexLock lock(mutex_);
        text = std::exchange(waiting_, {});
    }
    room_.notify_all();
    return text;
}

void ShellOutput::end_editing() {
    {
        const MutexLock lock(mutex_);
        wake_ = nullptr;
        file_.write(waiting_);
        waiting_.clear();
    }
    room_.notify_all();
}

}  // namespace laminar
