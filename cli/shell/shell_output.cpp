#include "cli/shell/shell_output.h"

#include <utility>

namespace laminar {
namespace {

constexpr std::size_t most_waiting = 1u << 20;

}  // namespace

void ShellOutput::write(std::string_view text) {
    if (text.empty()) return;
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return !wake_ || waiting_.size() < most_waiting; });
    if (!wake_) {
        file_.write(text);
        return;
    }
    waiting_ += text;
    wake_();
}

void ShellOutput::write_if_room(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (!wake_) return file_.write(text);
    if (waiting_.size() >= most_waiting) return;
    waiting_ += text;
    wake_();
}

void ShellOutput::begin_editing(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

std::string ShellOutput::take_waiting() {
    std::string text;
    {
        const std::lock_guard lock(mutex_);
        text = std::exchange(waiting_, {});
    }
    room_.notify_all();
    return text;
}

void ShellOutput::end_editing() {
    {
        const std::lock_guard lock(mutex_);
        wake_ = nullptr;
        file_.write(waiting_);
        waiting_.clear();
    }
    room_.notify_all();
}

}  // namespace laminar
