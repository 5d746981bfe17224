#include "runtime/flow/progress.h"

#include "catalog/threads/mutex.h"
#include "parser/text/ascii.h"

namespace laminar {

void Progress::add_rows(std::string_view object, std::uint64_t count) { add(&Progress::rows_, object, count); }

void Progress::add_rows_read(std::string_view object, std::uint64_t count) {
    add(&Progress::rows_read_, object, count);
}

void Progress::add(Counts Progress::*counts, std::string_view object, std::uint64_t count) {
    {
        const MutexLock lock(mutex_);
        (this->*counts)[fold_case(object)] += count;
        ++version_;
    }
    changed_.notify_all();
}

void Progress::forget(std::string_view object) {
    const MutexLock lock(mutex_);
    rows_.erase(fold_case(object));
    rows_read_.erase(fold_case(object));
}

std::uint64_t Progress::rows(std::string_view object) const { return find(&Progress::rows_, object); }

std::uint64_t Progress::rows_read(std::string_view object) const { return find(&Progress::rows_read_, object); }

std::uint64_t Progress::find(Counts Progress::*counts, std::string_view object) const {
    const MutexLock lock(mutex_);
    const Counts& all = this->*counts;
    const auto found = all.find(fold_case(object));
    return found == all.end() ? 0 : found->second;
}

void Progress::notify() {
    {
        const MutexLock lock(mutex_);
        ++version_;
    }
    changed_.notify_all();
}

bool Progress::wait(const std::function<bool()>& satisfied,
                    std::optional<std::chrono::steady_clock::time_point> deadline) {
    static const std::atomic<bool> never{false};
    return wait(satisfied, deadline, never);
}

bool Progress::wait(const std::function<bool()>& satisfied,
                    std::optional<std::chrono::steady_clock::time_point> deadline, const std::atomic<bool>& cancelled) {
    while (true) {
        std::uint64_t seen = 0;
        {
            const MutexLock lock(mutex_);
            seen = version_;
        }
        if (satisfied()) return true;
        MutexLock lock(mutex_);
        const auto woken = [&]() LAMINAR_REQUIRES(mutex_) { return version_ != seen || cancelled; };
        if (deadline) {
            if (!changed_.wait_until(lock, *deadline, woken)) return false;
        } else {
            changed_.wait(lock, woken);
        }
        if (cancelled) return false;
    }
}

}  // namespace laminar
